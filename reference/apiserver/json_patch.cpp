// RFC 6902 and RFC 7386. nlohmann's own patch() asserts on parents that are neither object nor
// array, and lets copies of copies grow without bound; hence this one.
#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "reference/apiserver/patch.hpp"
#include "reference/apiserver/status_error.hpp"

namespace kcheck::reference::apiserver {

namespace {

constexpr std::size_t operations_most = 10'000;     // patch.go: maxJSONPatchOperations
constexpr std::size_t copied_bytes_most = 3 << 20;  // AccumulatedCopySizeLimit

using Path = std::vector<std::string>;

Path parse_pointer(const std::string& text) {
    Path path;
    if (text.empty()) return path;
    if (text.front() != '/') throw bad_request("invalid JSON pointer " + in_quotes(text));
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '/') {
            path.emplace_back();
        } else if (text[i] == '~') {
            const char next = i + 1 < text.size() ? text[i + 1] : '\0';
            if (next != '0' && next != '1') throw bad_request("invalid JSON pointer " + in_quotes(text));
            path.back() += next == '0' ? '~' : '/';
            ++i;
        } else {
            path.back() += text[i];
        }
    }
    return path;
}

std::optional<std::size_t> parse_index(const std::string& token) {
    std::size_t index = 0;
    const auto* end = token.data() + token.size();
    const auto parsed = std::from_chars(token.data(), end, index);
    const bool leading_zero = token.size() > 1 && token.front() == '0';
    if (token.empty() || leading_zero || parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return index;
}

/// Null if there is nothing there.
Json* step(Json& parent, const std::string& token) {
    if (parent.is_object()) {
        const auto found = parent.find(token);
        return found == parent.end() ? nullptr : &*found;
    }
    if (!parent.is_array()) return nullptr;
    const auto index = parse_index(token);
    return index && *index < parent.size() ? &parent[*index] : nullptr;
}

Json* find(Json& document, const Path& path, std::size_t depth) {
    Json* here = &document;
    for (std::size_t i = 0; i < depth && here; ++i) here = step(*here, path[i]);
    return here;
}

class JsonPatch {
public:
    explicit JsonPatch(Json document) : document_(std::move(document)) {}
    Json take() { return std::move(document_); }

    void apply(const Json& operation) {
        const auto op = member(operation, "op");
        name_ = op + " operation does not apply: doc is missing path: ";
        const auto path = parse_pointer(member(operation, "path"));
        if (op == "add") {
            add(path, value(operation));
        } else if (op == "remove") {
            remove(path);
        } else if (op == "replace") {
            existing(path) = value(operation);
        } else if (op == "test") {
            if (existing(path) != value(operation))
                throw unprocessable("testing value " + text_of(path) + " failed: test failed");
        } else if (op == "copy" || op == "move") {
            const auto from = parse_pointer(member(operation, "from"));
            Json moved = existing(from);
            if (op == "move") {
                const bool into_itself =
                    from.size() < path.size() && std::equal(from.begin(), from.end(), path.begin());
                if (into_itself) throw unprocessable("cannot move a value into itself: " + text_of(path));
                remove(from);
            } else {
                copied_bytes_ += moved.dump(-1, ' ', false, Json::error_handler_t::replace).size();
                if (copied_bytes_ > copied_bytes_most)
                    throw entity_too_large("the copy operations of the JSON patch exceed 3 MiB");
            }
            add(path, std::move(moved));
        } else {
            throw bad_request("Unexpected kind: " + in_quotes(op));
        }
    }

private:
    static std::string member(const Json& operation, const char* key) {
        const auto found = operation.is_object() ? operation.find(key) : operation.end();
        if (!operation.is_object() || found == operation.end() || !found->is_string())
            throw bad_request(fmt::format("a JSON patch operation needs a string \"{}\"", key));
        return found->get<std::string>();
    }
    static const Json& value(const Json& operation) {
        const auto found = operation.find("value");
        if (found == operation.end()) throw bad_request("a JSON patch operation needs a \"value\"");
        return *found;
    }
    static std::string text_of(const Path& path) { return fmt::format("/{}", fmt::join(path, "/")); }

    [[noreturn]] void missing(const Path& path) const { throw unprocessable(name_ + text_of(path)); }

    Json& existing(const Path& path) {
        Json* found = find(document_, path, path.size());
        if (!found) missing(path);
        return *found;
    }

    void add(const Path& path, Json added) {
        if (path.empty()) {
            document_ = std::move(added);
            return;
        }
        Json* parent = find(document_, path, path.size() - 1);
        if (!parent) missing(path);
        if (parent->is_object()) {
            (*parent)[path.back()] = std::move(added);
        } else if (parent->is_array()) {
            const auto index = path.back() == "-" ? parent->size() : parse_index(path.back());
            if (!index || *index > parent->size()) missing(path);
            parent->insert(parent->begin() + static_cast<std::ptrdiff_t>(*index), std::move(added));
        } else {
            missing(path);
        }
    }

    void remove(const Path& path) {
        existing(path);
        if (path.empty()) {
            document_ = nullptr;
            return;
        }
        Json& parent = *find(document_, path, path.size() - 1);
        if (parent.is_object())
            parent.erase(path.back());
        else
            parent.erase(*parse_index(path.back()));
    }

    Json document_;
    std::string name_;
    std::size_t copied_bytes_ = 0;
};

}  // namespace

Json apply_json_patch(const Json& document, const Json& patch) {
    if (!patch.is_array()) throw bad_request("a JSON patch is a list of operations");
    if (patch.size() > operations_most)
        throw entity_too_large(fmt::format("The allowed maximum operations in a JSON patch is {}, got {}",
                                           operations_most, patch.size()));
    JsonPatch patched(document);
    for (const auto& operation : patch) patched.apply(operation);
    return patched.take();
}

Json apply_merge_patch(const Json& document, const Json& patch) {
    if (!patch.is_object()) throw bad_request("a merge patch is a JSON object");
    Json result = document;
    result.merge_patch(patch);
    return result;
}

}  // namespace kcheck::reference::apiserver
