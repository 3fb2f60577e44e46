#include "reference/http/kubeconfig.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "reference/base/base64.hpp"
#include "reference/base/json.hpp"

namespace kcheck::reference::http {

namespace {

std::string decoded(const std::string& text) {
    auto bytes = base64_decode(text);
    if (!bytes) throw std::runtime_error("not base64");
    return *std::move(bytes);
}

std::runtime_error failed(const char* what, const std::filesystem::path& file) {
    return std::runtime_error(fmt::format("{} {}: {}", what, file.string(), std::strerror(errno)));
}

}  // namespace

void write_secret_file(const std::filesystem::path& file, const std::string& content) {
    const auto fresh = file.string() + ".new";
    const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) throw failed("cannot write", fresh);
    std::string_view rest = content;
    while (!rest.empty()) {
        const auto written = ::write(descriptor, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            const auto error = failed("cannot write", fresh);
            ::close(descriptor);
            throw error;
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::close(descriptor) != 0 || std::rename(fresh.c_str(), file.c_str()) != 0)
        throw failed("cannot write", file);
}

std::string read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw failed("cannot read", file);
    std::string content{std::istreambuf_iterator<char>(in), {}};
    if (in.bad()) throw failed("cannot read", file);
    return content;
}

void write_kubeconfig(const std::filesystem::path& file, const KubeConfig& config) {
    Json user = Json::object();
    if (!config.identity.certificate.empty()) {
        user["client-certificate-data"] = base64_encode(config.identity.certificate);
        user["client-key-data"] = base64_encode(config.identity.key);
    }
    if (!config.token.empty()) user["token"] = config.token;
    const std::string cluster = "kcheck";
    const std::string context = config.user + "@" + cluster;
    const Json content = {
        {"apiVersion", "v1"},
        {"kind", "Config"},
        {"clusters", Json::array({{{"name", cluster},
                                   {"cluster",
                                    {{"server", config.server},
                                     {"certificate-authority-data", base64_encode(config.authority)}}}}})},
        {"users", Json::array({{{"name", config.user}, {"user", user}}})},
        {"contexts",
         Json::array({{{"name", context}, {"context", {{"cluster", cluster}, {"user", config.user}}}}})},
        {"current-context", context},
    };
    write_secret_file(file, content.dump(2) + "\n");
}

KubeConfig read_kubeconfig(const std::filesystem::path& file) {
    const auto text = read_file(file);
    try {
        const Json content = Json::parse(text);
        const auto& cluster = content.at("clusters").at(0).at("cluster");
        const auto& user = content.at("users").at(0);
        const auto& data = user.at("user");
        KubeConfig config;
        config.server = cluster.at("server").get<std::string>();
        config.authority = decoded(cluster.at("certificate-authority-data").get<std::string>());
        config.user = user.at("name").get<std::string>();
        config.identity.certificate = decoded(data.value("client-certificate-data", ""));
        config.identity.key = decoded(data.value("client-key-data", ""));
        config.token = data.value("token", "");
        return config;
    } catch (const std::exception& error) {
        throw std::runtime_error(
            fmt::format("{} is no kubeconfig that kcheck up has written: {}", file.string(), error.what()));
    }
}

}  // namespace kcheck::reference::http
