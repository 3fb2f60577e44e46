#include "reference/runtime/runtime_core.hpp"

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include <fmt/format.h>

namespace kcheck::reference::runtime {

namespace {

using Error = tl::unexpected<std::string>;

/// What may become the name of a file.
bool is_plain(const std::string& text) {
    return !text.empty() && text.size() <= 200 && text.front() != '.' &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
           });
}

Error no_container(const std::string& id) { return Error(fmt::format("there is no container \"{}\"", id)); }

std::string state_of(const Json& info) { return string_at(info, "/state"); }

}  // namespace

RuntimeCore::RuntimeCore(Environment& environment, ProcessStarter& processes, ImageRegistry registry,
                         RuntimeOptions options)
    : environment_(environment),
      processes_(processes),
      registry_(std::move(registry)),
      options_(std::move(options)),
      checkpoint_(options_.state_directory) {}

void RuntimeCore::start() {
    if (const auto images = checkpoint_.load_images(); images.is_array())
        images_ = images.get<std::set<std::string>>();
    for (const auto& saved : checkpoint_.load_containers()) {
        Container container;
        try {
            container.info = saved.at("info");
            container.spec.title = saved.at("title").get<std::string>();
            container.spec.environment = saved.at("environment").get<std::map<std::string, std::string>>();
            container.process = {saved.at("pid").get<pid_t>(), saved.at("startTime").get<std::uint64_t>()};
        } catch (const Json::exception& error) {
            throw std::runtime_error(
                fmt::format("{}: a damaged container: {}", options_.state_directory, error.what()));
        }
        const auto id = string_at(container.info, "/id");
        Container& known = containers_.emplace(id, std::move(container)).first->second;
        if (state_of(known.info) == "running" && !processes_.adopt(known.process))
            exited(known, ProcessStarter::unknown_exit_code);
    }
}

void RuntimeCore::call(const std::string& method, const Json& parameters, Done done) {
    const auto id = string_at(parameters, "/id");
    const auto image = string_at(parameters, "/image");
    if (method == "PullImage") return pull_image(image, std::move(done));
    if (method == "StopContainer")
        return stop_container(id, std::chrono::seconds(int_at(parameters, "/graceSeconds")), std::move(done));
    if (method == "ImageStatus") return done(Json{{"present", images_.contains(image)}});
    if (method == "CreateContainer") return done(create_container(parameters));
    if (method == "RemoveContainer") return done(remove_container(id));
    if (method == "ListContainers") return done(list_containers());
    if (method != "StartContainer") return done(Error(fmt::format("there is no method \"{}\"", method)));
    Container* container = find(id);
    done(container == nullptr ? RuntimeResult(no_container(id)) : start_container(*container));
}

void RuntimeCore::pull_image(const std::string& image, Done done) {
    if (image.empty()) return done(Error("the image has no name"));
    auto& waiting = pulls_[image];
    waiting.push_back(std::move(done));
    if (waiting.size() > 1) return;  // somebody is at it
    auto pull = registry_.pull(image);
    RuntimeResult result = Json::object();
    if (!pull.size_bytes)
        result = Error(pull.size_bytes.error());
    else if (options_.switches.contains(Switch::image_never_arrives))
        result = Error(fmt::format("failed to pull image \"{}\": the image does not arrive", image));
    if (pull.delay.count() == 0) return finish_pull(image, result);
    environment_.after(pull.delay, {"container-runtime", "pull", image},
                       [this, image, result] { finish_pull(image, result); });
}

void RuntimeCore::finish_pull(const std::string& image, const RuntimeResult& result) {
    if (result && images_.insert(image).second) checkpoint_.save_images(images_);
    const auto waiting = std::move(pulls_[image]);
    pulls_.erase(image);
    for (const auto& done : waiting) done(result);
}

RuntimeResult RuntimeCore::create_container(const Json& parameters) {
    const auto image = string_at(parameters, "/image");
    if (!images_.contains(image)) return Error(fmt::format("image \"{}\" is not present", image));
    // One name for one attempt, as containerd reserves it: who has lost the reply finds what there is.
    const auto pod_uid = string_at(parameters, "/podUid"), name = string_at(parameters, "/name");
    const auto attempt = int_at(parameters, "/attempt");
    const auto id = fmt::format("{}_{}_{}", pod_uid, name, attempt);
    if (pod_uid.empty() || name.empty() || !is_plain(id))
        return Error(fmt::format("\"{}\" cannot name a container", id));
    if (containers_.contains(id)) return Error(fmt::format("there is a container \"{}\" already", id));

    const auto space = string_at(parameters, "/namespace"), pod_name = string_at(parameters, "/podName");
    Container container;
    container.info = {{"id", id},
                      {"podUid", pod_uid},
                      {"podName", pod_name},
                      {"namespace", space},
                      {"name", name},
                      {"image", image},
                      {"attempt", attempt},
                      {"state", "created"},
                      {"exitCode", nullptr},
                      {"startedAt", nullptr},
                      {"finishedAt", nullptr}};
    container.spec.title = fmt::format("{}/{}/{}", space, pod_name, name);
    for (const auto& variable : at(parameters, "/env"))
        container.spec.environment[string_at(variable, "/name")] = string_at(variable, "/value");
    save(container);
    containers_.emplace(id, std::move(container));
    return Json{{"id", id}};
}

RuntimeResult RuntimeCore::start_container(Container& container) {
    const auto id = string_at(container.info, "/id");
    const auto state = state_of(container.info);
    if (state == "running") return Json::object();  // whoever asks again has lost the reply
    if (state == "exited") return Error(fmt::format("container \"{}\" has exited", id));
    const auto process = processes_.start(container.spec, [&](const ProcessId& started) {
        container.process = started;
        container.info["state"] = "running";
        container.info["startedAt"] = to_rfc3339(environment_.now());
        save(container);
    });
    if (process) return Json::object();
    exited(container, 128);  // as containerd reports a container that could not be started
    return Error(fmt::format("container \"{}\" cannot be started: {}", id, process.error()));
}

void RuntimeCore::stop_container(const std::string& id, std::chrono::seconds grace, Done done) {
    Container* container = find(id);
    if (container == nullptr) return done(Json::object());
    if (state_of(container->info) == "created") exited(*container, 128 + SIGKILL);
    if (state_of(container->info) == "exited") return done(Json::object());

    const auto kill_at = environment_.monotonic() + grace;
    auto [stop, is_first] = stops_.try_emplace(id);
    stop->second.waiting.push_back(std::move(done));
    if (is_first || kill_at < stop->second.kill_at) {
        environment_.cancel(std::exchange(stop->second.timer, 0));
        stop->second.kill_at = kill_at;
        if (is_first && grace.count() > 0) processes_.kill(container->process, SIGTERM);
        if (grace.count() <= 0)
            processes_.kill(container->process, SIGKILL);
        else
            stop->second.timer = environment_.after(grace, {"container-runtime", "kill", id}, [this, id] {
                if (Container* late = find(id)) processes_.kill(late->process, SIGKILL);
                reap();
            });
    }
    reap();
}

RuntimeResult RuntimeCore::remove_container(const std::string& id) {
    Container* container = find(id);
    if (container == nullptr) return Json::object();
    if (state_of(container->info) == "running") return Error(fmt::format("container \"{}\" is running", id));
    checkpoint_.remove_container(id);
    containers_.erase(id);
    return Json::object();
}

RuntimeResult RuntimeCore::list_containers() const {
    Json list = Json::array();
    for (const auto& [id, container] : containers_) list.push_back(container.info);
    return Json{{"containers", std::move(list)}};
}

void RuntimeCore::reap() {
    for (const auto& [process, exit_code] : processes_.reap())
        for (auto& [id, container] : containers_)
            if (container.process == process && state_of(container.info) == "running") {
                exited(container, exit_code);
                break;
            }
}

RuntimeCore::Container* RuntimeCore::find(const std::string& id) {
    const auto found = containers_.find(id);
    return found == containers_.end() ? nullptr : &found->second;
}

void RuntimeCore::save(const Container& container) const {
    checkpoint_.save_container(string_at(container.info, "/id"),
                               {{"info", container.info},
                                {"title", container.spec.title},
                                {"environment", container.spec.environment},
                                {"pid", container.process.pid},
                                {"startTime", container.process.start_time}});
}

void RuntimeCore::exited(Container& container, int exit_code) {
    container.info["state"] = "exited";
    container.info["exitCode"] = exit_code;
    container.info["finishedAt"] = to_rfc3339(environment_.now());
    save(container);
    auto stop = stops_.extract(string_at(container.info, "/id"));
    if (stop.empty()) return;
    environment_.cancel(stop.mapped().timer);
    for (const auto& done : stop.mapped().waiting) done(Json::object());
}

}  // namespace kcheck::reference::runtime
