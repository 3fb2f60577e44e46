#include "manifests/acceptance.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <tuple>

#include <fmt/format.h>

namespace kcheck::manifests {

namespace {

constexpr std::string_view annotation = "kcheck.dev/assume";
constexpr std::string_view comment = "kcheck: assume ";

bool before(Place a, Place b) { return std::tie(a.line, a.column) <= std::tie(b.line, b.column); }

const LeftOutInfo* info_of(std::string_view name, const std::string& file, Place place) {
    if (const LeftOutInfo* info = find_left_out(name)) return info;
    std::vector<std::string_view> known;
    for (const LeftOutInfo& info : left_out_infos()) known.push_back(info.name);
    const std::string_view near = nearest(name, known);
    throw Failure{{file, place, fmt::format("there is nothing called {} to assume", quote(name)),
                   near.empty() ? "see kcheck list effects" : fmt::format("did you mean {}?", near)}};
}

/// The names of "a, b c".
void each_name(std::string_view list, const std::function<void(std::string_view)>& what) {
    constexpr std::string_view between = ", \t\r";
    for (;;) {
        list.remove_prefix(std::min(list.find_first_not_of(between), list.size()));
        if (list.empty()) return;
        const std::size_t end = std::min(list.find_first_of(between), list.size());
        what(list.substr(0, end));
        list.remove_prefix(end);
    }
}

/// The last place of a tree in its document. An alias leads elsewhere; only what follows counts.
Place last_place(const Value& value) {
    Place last = value.place;
    const auto later = [&](Place place) {
        if (before(last, place)) last = place;
    };
    for (const Value& item : value.items) later(last_place(item));
    for (const Member& member : value.members) {
        later(member.key_place);
        later(last_place(member.value));
    }
    return last;
}

void accept_annotations_of(const Value* metadata, const Origin& origin, Place last,
                           std::vector<Acceptance>& out) {
    const Value* annotations = metadata == nullptr ? nullptr : metadata->find("annotations");
    const Value* names = annotations == nullptr ? nullptr : annotations->find(annotation);
    if (names == nullptr) return;
    const std::string by =
        fmt::format("the annotation at {}:{}:{}", origin.file, names->place.line, names->place.column);
    each_name(names->text, [&](std::string_view name) {
        out.push_back({info_of(name, origin.file, names->place), origin.file, origin.place, last, by});
    });
}

}  // namespace

void accept_annotations(const Origin& origin, const Value& object, std::vector<Acceptance>& out) {
    const Place last = last_place(object);
    accept_annotations_of(object.find("metadata"), origin, last, out);
    const Value* spec = object.find("spec");
    const Value* pods = spec == nullptr ? nullptr : spec->find("template");
    if (pods != nullptr) accept_annotations_of(pods->find("metadata"), origin, last, out);
}

void accept_comments(const Source& source, std::vector<Acceptance>& out) {
    const std::string_view text = source.text;
    const std::size_t start = text.find_first_not_of(" \t\r\n");
    if (start != std::string_view::npos && text[start] == '{') return;  // JSON has no comments
    Place first{1, 1};
    bool begun = false;  // the document has more than comments
    std::size_t pending = out.size();
    int line = 1;
    const auto close = [&](Place last) {
        for (; pending < out.size(); ++pending)
            std::tie(out[pending].first, out[pending].last) = {first, last};
    };
    for (std::size_t at = 0; at < text.size(); ++line) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view row = text.substr(at, end - at);
        at = end + 1;
        if (row.starts_with("---") && (row.size() == 3 || row[3] == ' ' || row[3] == '\r')) {
            // A comment above the first line of a document belongs to it.
            if (begun) {
                close({line, 0});
                first = {line, 1};
            }
            begun = false;
        }
        const std::size_t content = row.find_first_not_of(" \t\r");
        const bool marks = row.starts_with("---") || row.starts_with("...") || row.starts_with('%');
        begun = begun || (content != std::string_view::npos && row[content] != '#' && !marks);
        const std::size_t mark = row.find(comment);
        if (mark == std::string_view::npos) continue;
        const std::size_t hash = row.find_last_not_of(" \t", mark == 0 ? 0 : mark - 1);
        const bool is_comment = mark > 0 && hash != std::string_view::npos && row[hash] == '#' &&
                                (hash == 0 || row[hash - 1] == ' ' || row[hash - 1] == '\t');
        if (!is_comment) continue;
        const Place place{line, static_cast<int>(hash) + 1};
        const std::string by = fmt::format("the comment at {}:{}:{}", source.name, place.line, place.column);
        each_name(row.substr(mark + comment.size()), [&](std::string_view name) {
            out.push_back({info_of(name, source.name, place), source.name, {}, {}, by});
        });
    }
    close({std::numeric_limits<int>::max(), 0});
}

void accept(std::vector<LeftOut>& found, const std::vector<std::string>& assumed,
            const std::vector<Acceptance>& acceptances, const Origin& deployment) {
    for (LeftOut& one : found) {
        if (std::find(assumed.begin(), assumed.end(), one.info->name) != assumed.end())
            one.accepted_by = "--assume";
        for (const Acceptance& acceptance : acceptances) {
            const auto covers = [&](const std::string& file, Place place) {
                return file == acceptance.file && before(acceptance.first, place) &&
                       before(place, acceptance.last);
            };
            if (one.accepted_by.empty() && acceptance.info == one.info &&
                (covers(one.file, one.place) || covers(deployment.file, deployment.place)))
                one.accepted_by = acceptance.by;
        }
    }
}

}  // namespace kcheck::manifests
