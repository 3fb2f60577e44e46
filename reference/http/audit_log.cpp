#include "reference/http/audit_log.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include "reference/base/files.hpp"
#include "reference/http/tls.hpp"

namespace kcheck::reference::http {

namespace {

/// metav1.MicroTime.
std::string to_micro_time(Time time) {
    const auto micros =
        std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count() % 1'000'000;
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(Clock::to_time_t(time)), micros);
}

std::vector<std::string> segments(const std::string& path) {
    std::vector<std::string> result;
    for (std::size_t begin = 1; begin < path.size();) {
        const auto end = std::min(path.find('/', begin), path.size());
        result.push_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return result;
}

/// What a path is about (apiserver/pkg/endpoints/request: RequestInfo); null if it is no resource.
Json object_reference(const std::string& path) {
    auto parts = segments(path);
    const bool core = !parts.empty() && parts[0] == "api";
    const std::size_t prefix = core ? 2 : 3;
    if (parts.size() <= prefix || !(core || parts[0] == "apis")) return nullptr;
    Json reference = Json::object();
    if (!core) reference["apiGroup"] = parts[1];
    reference["apiVersion"] = parts[prefix - 1];
    parts.erase(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(prefix));
    if (parts[0] == "namespaces" && parts.size() > 2 && parts[2] != "status" && parts[2] != "finalize") {
        reference["namespace"] = parts[1];
        parts.erase(parts.begin(), parts.begin() + 2);
    }
    static constexpr const char* names[] = {"resource", "name", "subresource"};
    for (std::size_t i = 0; i < std::min<std::size_t>(parts.size(), 3); ++i) reference[names[i]] = parts[i];
    return reference;
}

std::string verb_of(const Request& request, const Json& reference) {
    const bool one = reference.contains("name");
    if (reference.is_null()) {
        std::string verb = request.method;
        for (auto& c : verb) c = static_cast<char>(c | 0x20);
        return verb;
    }
    if (request.method == "GET")
        return apiserver::ApiServer::is_watch(request) ? "watch" : one ? "get" : "list";
    if (request.method == "POST") return "create";
    if (request.method == "PUT") return "update";
    if (request.method == "PATCH") return "patch";
    return one ? "delete" : "deletecollection";
}

/// authentication.k8s.io/v1 UserInfo.
Json user_info(const User& user) {
    return {{"username", user.name.empty() ? "system:anonymous" : user.name}, {"groups", user.groups}};
}

Json impersonated_user_info(const Call& call) {
    Json info = user_info(call.runs_as);
    if (!call.impersonation->uid.empty()) info["uid"] = call.impersonation->uid;
    if (!call.impersonation->extra.empty()) info["extra"] = call.impersonation->extra;
    return info;
}

std::runtime_error failed(const std::filesystem::path& file) {
    return std::runtime_error(fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)));
}

}  // namespace

LineFile::LineFile(const std::filesystem::path& file) : file_(file), descriptor_(open_to_append(file)) {}

LineFile::~LineFile() { ::close(descriptor_); }

void LineFile::append(const Json& line) {
    const auto text = line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    std::string_view rest = text;
    const std::lock_guard held(mutex_);
    while (!rest.empty()) {
        const auto written = ::write(descriptor_, rest.data(), rest.size());
        if (written < 0 && errno != EINTR) throw failed(file_);
        rest.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
}

void AuditLog::record(const Call& call, const Response& response, Time received) {
    const auto& request = call.request;
    const auto reference = object_reference(request.path);
    const bool write = request.method != "GET" && request.method != "HEAD";
    const bool watch = apiserver::ApiServer::is_watch(request);
    Json event = {
        {"kind", "Event"},
        {"apiVersion", "audit.k8s.io/v1"},
        {"level", write ? "RequestResponse" : "Metadata"},
        {"auditID", random_token()},
        {"stage", watch && response.is_success() ? "ResponseStarted" : "ResponseComplete"},
        {"requestURI", call.uri},
        {"verb", verb_of(request, reference)},
        {"user", user_info(call.user)},
        {"sourceIPs", Json::array({"127.0.0.1"})},
        {"userAgent", request.user_agent},
        {"responseStatus", {{"metadata", Json::object()}, {"code", response.status}}},
        {"requestReceivedTimestamp", to_micro_time(received)},
        {"stageTimestamp", to_micro_time(Clock::now())},
    };
    if (call.impersonation) event["impersonatedUser"] = impersonated_user_info(call);
    if (!reference.is_null()) event["objectRef"] = reference;
    if (write && !request.body.is_null()) event["requestObject"] = request.body;
    if (write && !response.body.is_null()) event["responseObject"] = response.body;
    lines_.append(event);
}

void CommitLog::record(const apiserver::Commit& commit) {
    lines_.append({{"revision", commit.revision},
                   {"user", commit.user.name},
                   {"verb", commit.verb},
                   {"resource", commit.resource},
                   {"subresource", commit.subresource},
                   {"key", commit.key},
                   {"object", commit.object}});
}

}  // namespace kcheck::reference::http
