// The two forms of recordings, as raw writes.
#include <algorithm>
#include <charconv>
#include <initializer_list>

#include <fmt/core.h>
#include <zlib.h>

#include "traces/counterexamples/json_text.hpp"
#include "traces/recordings/recording.hpp"

namespace kcheck::traces::recordings {

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

/// `file`, or `file`.gz; none if neither is there.
std::optional<fs::path> find(const fs::path& file) {
    std::error_code error;  // what cannot be looked at is not there
    if (fs::exists(file, error)) return file;
    auto compressed = file;
    compressed += ".gz";
    if (fs::exists(compressed, error)) return compressed;
    return std::nullopt;
}

/// What is wrong with a line; empty if it is as it should be.
using Fault = std::string;

/// Calls `use(line as JSON)` with each line, an object; it returns what is wrong with it.
template <class Use>
tl::expected<void, std::string> for_each_line(const fs::path& file, Use&& use) {
    const auto lines = read_lines(file);
    if (!lines) return tl::unexpected(lines.error());
    for (std::size_t i = 0; i < lines->size(); ++i) {
        if ((*lines)[i].empty()) continue;
        const auto refuse = [&](std::size_t column, const std::string& what) {
            return tl::unexpected(fmt::format("{}:{}:{}: {}", file.string(), i + 1, column, what));
        };
        const auto line = parse_json<Json>((*lines)[i]);
        if (!line) return refuse(line.error().column, line.error().message);
        if (!line->is_object()) return refuse(1, "each line must be a JSON object");
        if (const auto fault = use(*line); !fault.empty()) return refuse(1, fault);
    }
    return {};
}

/// Takes a member that every line has.
Fault take(const Json& line, const char* name, std::string& into) {
    const auto found = line.find(name);
    if (found == line.end() || !found->is_string()) return fmt::format("\"{}\" must be a string", name);
    into = found->get<std::string>();
    return {};
}
Fault take(const Json& line, const char* name, std::int64_t& into) {
    const auto found = line.find(name);
    if (found == line.end() || !found->is_number_integer())
        return fmt::format("\"{}\" must be a whole number", name);
    into = found->get<std::int64_t>();
    return {};
}
/// An object as it was stored.
Fault take(const Json& line, const char* name, Json& into) {
    const auto found = line.find(name);
    if (found == line.end() || !found->is_object())
        return fmt::format("\"{}\" must be the object that was stored", name);
    into = *found;
    return {};
}
/// The first of them, if any.
Fault first_of(std::initializer_list<Fault> faults) {
    const auto* found = std::ranges::find_if(faults, [](const Fault& fault) { return !fault.empty(); });
    return found == faults.end() ? Fault() : *found;
}

/// Who asked for which revision.
class Askers {
public:
    void add(const Json& event) {
        if (text_at(event, "/stage") != "ResponseComplete") return;
        const auto verb = text_at(event, "/verb");
        if (verb == "get" || verb == "list" || verb == "watch") return;
        if (number_at(event, "/responseStatus/code").value_or(0) / 100 != 2) return;
        const auto user = text_at(event, "/user/username");
        const auto text = text_at(event, "/responseObject/metadata/resourceVersion");
        std::int64_t revision = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
        if (!text.empty() && error == std::errc{} && end == text.data() + text.size())
            by_revision_.emplace(revision, user);
        const auto key =
            fmt::format("/registry/{}/{}/{}", text_at(event, "/objectRef/resource"),
                        text_at(event, "/objectRef/namespace"), text_at(event, "/objectRef/name"));
        if (text_at(event, "/objectRef/subresource") == "binding") binders_[key] = user;
        if (verb == "delete") deleters_[key] = user;
    }

    /// A reply to a POST binding carries no object, and that to a DELETE the last one, if any.
    std::string of(std::int64_t revision, const std::string& key, bool binds, bool removes) const {
        if (const auto found = by_revision_.find(revision); found != by_revision_.end()) return found->second;
        const auto& others = binds ? binders_ : removes ? deleters_ : none_;
        const auto found = others.find(key);
        return found == others.end() ? std::string() : found->second;
    }

private:
    std::map<std::int64_t, std::string> by_revision_;
    std::map<std::string, std::string> binders_, deleters_, none_;
};

tl::expected<std::vector<RawWrite>, std::string> read_kubernetes(const fs::path& audit,
                                                                 const fs::path& revisions) {
    Askers askers;
    const auto audited = for_each_line(audit, [&](const Json& event) {
        askers.add(event);
        return Fault();
    });
    if (!audited) return tl::unexpected(audited.error());
    std::vector<RawWrite> writes;
    std::map<std::string, std::string> nodes;  // of pods, as last stored
    const auto read = for_each_line(revisions, [&](const Json& line) {
        RawWrite write;
        std::string type;
        auto fault = first_of(
            {take(line, "rev", write.revision), take(line, "key", write.key), take(line, "type", type)});
        if (fault.empty() && type == "PUT")
            fault = take(line, "value", write.object);
        else if (fault.empty() && type != "DELETE")  // which has no value and no version
            fault = "\"type\" must be PUT or DELETE";
        if (!fault.empty()) return fault;
        write.is_new = number_at(line, "/version") == 1;
        const auto node = text_at(write.object, "/spec/nodeName");
        const bool binds = !node.empty() && nodes[write.key].empty();
        if (!write.object.is_null()) nodes[write.key] = node;
        // The last mark before the removal is of the same request.
        const bool removes =
            write.object.is_null() || number_at(write.object, "/metadata/deletionGracePeriodSeconds") == 0;
        write.user = askers.of(write.revision, write.key, binds, removes);
        writes.push_back(std::move(write));
        return fault;
    });
    if (!read) return tl::unexpected(read.error());
    return writes;
}

tl::expected<std::vector<RawWrite>, std::string> read_commits(const fs::path& file) {
    std::vector<RawWrite> writes;
    const auto read = for_each_line(file, [&](const Json& line) {
        RawWrite write;
        auto fault = first_of({take(line, "revision", write.revision), take(line, "user", write.user),
                               take(line, "key", write.key)});
        const auto* object = find_member(line, "/object");
        if (fault.empty() && (object == nullptr || !object->is_null()))  // null: removed
            fault = take(line, "object", write.object);
        if (!fault.empty()) return fault;
        write.is_new = text_at(line, "/verb") == "create" && text_at(line, "/subresource").empty();
        writes.push_back(std::move(write));
        return fault;
    });
    if (!read) return tl::unexpected(read.error());
    return writes;
}

}  // namespace

tl::expected<std::vector<std::string>, std::string> read_lines(const fs::path& file) {
    // zlib reads files that are not compressed as they are.
    const auto stream = gzopen(file.c_str(), "rb");
    if (stream == nullptr) return tl::unexpected(fmt::format("{}: it cannot be read", file.string()));
    std::string text;
    char buffer[1 << 16];
    int count = 0;
    while ((count = gzread(stream, buffer, sizeof buffer)) > 0)
        text.append(buffer, static_cast<std::size_t>(count));
    const bool broken = count < 0;
    const bool cut_off = gzclose(stream) == Z_BUF_ERROR;
    if (broken || cut_off) return tl::unexpected(fmt::format("{}: it is damaged", file.string()));

    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return lines;
}

tl::expected<std::vector<RawWrite>, std::string> read_raw_writes(const fs::path& path) {
    tl::expected<std::vector<RawWrite>, std::string> writes;
    std::error_code error;
    if (!fs::exists(path, error))
        return tl::unexpected(fmt::format("{}: there is no such file", path.string()));
    if (!fs::is_directory(path, error)) {
        writes = read_commits(path);
    } else if (const auto commits = find(path / "commits.jsonl")) {
        writes = read_commits(*commits);
    } else {
        const auto audit = find(path / "audit.jsonl"), revisions = find(path / "etcd-revisions.jsonl");
        if (!audit || !revisions)
            return tl::unexpected(
                fmt::format("{}: a recording has commits.jsonl, or audit.jsonl and etcd-revisions.jsonl "
                            "(each may be compressed, .gz)",
                            path.string()));
        writes = read_kubernetes(*audit, *revisions);
    }
    if (!writes) return writes;
    std::stable_sort(writes->begin(), writes->end(),
                     [](const RawWrite& a, const RawWrite& b) { return a.revision < b.revision; });
    return writes;
}

}  // namespace kcheck::traces::recordings
