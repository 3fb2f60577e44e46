// The two forms of recordings, as raw writes.
#include <algorithm>

#include <fmt/core.h>
#include <zlib.h>

#include "traces/recording.hpp"

namespace kcheck::traces {

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

/// `file`, or `file`.gz; none if neither is there.
std::optional<fs::path> find(const fs::path& file) {
    if (fs::exists(file)) return file;
    auto compressed = file;
    compressed += ".gz";
    if (fs::exists(compressed)) return compressed;
    return std::nullopt;
}

/// Calls `use(line as JSON)`; an exception of it is what is wrong with the line.
template <class Use>
tl::expected<void, std::string> for_each_line(const fs::path& file, Use&& use) {
    const auto lines = read_lines(file);
    if (!lines) return tl::unexpected(lines.error());
    for (std::size_t i = 0; i < lines->size(); ++i) {
        if ((*lines)[i].empty()) continue;
        try {
            use(Json::parse((*lines)[i]));
        } catch (const Json::exception& error) {
            return tl::unexpected(fmt::format("{}:{}: {}", file.string(), i + 1, error.what()));
        }
    }
    return {};
}

std::string member(const Json& object, const char* pointer) {
    const Json::json_pointer at(pointer);
    return object.contains(at) && object.at(at).is_string() ? object.at(at).get<std::string>() : "";
}

/// Who asked for which revision.
class Askers {
public:
    void add(const Json& event) {
        if (member(event, "/stage") != "ResponseComplete") return;
        const auto verb = member(event, "/verb");
        if (verb == "get" || verb == "list" || verb == "watch") return;
        if (event.value("/responseStatus/code"_json_pointer, 0) / 100 != 2) return;
        const auto user = member(event, "/user/username");
        if (const auto revision = member(event, "/responseObject/metadata/resourceVersion");
            !revision.empty())
            by_revision_.emplace(std::stoll(revision), user);
        const auto key = fmt::format("/registry/{}/{}/{}", member(event, "/objectRef/resource"),
                                     member(event, "/objectRef/namespace"), member(event, "/objectRef/name"));
        if (member(event, "/objectRef/subresource") == "binding") binders_[key] = user;
        if (verb == "delete") deleters_[key] = user;
    }

    /// A reply to a POST binding carries no object, and that to a DELETE may carry the last one.
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
    if (const auto read = for_each_line(audit, [&](const Json& event) { askers.add(event); }); !read)
        return tl::unexpected(read.error());
    std::vector<RawWrite> writes;
    std::map<std::string, std::string> nodes;  // of pods, as last stored
    const auto read = for_each_line(revisions, [&](const Json& line) {
        RawWrite write;
        write.revision = line.at("rev").get<std::int64_t>();
        write.key = line.at("key").get<std::string>();
        write.is_new = line.value("version", 0) == 1;
        if (line.at("type") == "PUT") write.object = line.at("value");
        const auto node = member(write.object, "/spec/nodeName");
        const bool binds = !node.empty() && nodes[write.key].empty();
        if (!write.object.is_null()) nodes[write.key] = node;
        write.user = askers.of(write.revision, write.key, binds, write.object.is_null());
        writes.push_back(std::move(write));
    });
    if (!read) return tl::unexpected(read.error());
    return writes;
}

tl::expected<std::vector<RawWrite>, std::string> read_commits(const fs::path& file) {
    std::vector<RawWrite> writes;
    const auto read = for_each_line(file, [&](const Json& line) {
        RawWrite write;
        write.revision = line.at("revision").get<std::int64_t>();
        write.user = line.at("user").get<std::string>();
        write.key = line.at("key").get<std::string>();
        write.object = line.at("object");
        write.is_new = line.value("verb", "") == "create" && line.value("subresource", "").empty();
        writes.push_back(std::move(write));
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
    gzclose(stream);
    if (broken) return tl::unexpected(fmt::format("{}: it is damaged", file.string()));

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
    if (!fs::exists(path)) return tl::unexpected(fmt::format("{}: there is no such file", path.string()));
    if (!fs::is_directory(path)) {
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

}  // namespace kcheck::traces
