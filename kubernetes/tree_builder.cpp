#include "kubernetes/tree_builder.hpp"

#include <utility>

#include <fmt/format.h>

#include "kubernetes/field_path.hpp"
#include "kubernetes/text.hpp"

namespace kcheck::kubernetes {

namespace {

/// As many as kube-apiserver lists errors of strict decoding.
constexpr std::size_t duplicates_most = 100;

}  // namespace

void TreeBuilder::fail(Place place, std::string message, std::string hint) const {
    throw Failure{{file_, place, std::move(message), std::move(hint)}};
}

void TreeBuilder::fail_too_deep(Place place) const {
    fail(place, fmt::format("nested more than {} levels deep", limits_.depth));
}

void TreeBuilder::fail_too_large(Place place) const {
    fail(place, fmt::format("more than {} values, aliases expanded", limits_.values), "split the file");
}

bool TreeBuilder::expects_key() const {
    return !frames_.empty() && frames_.back().value.is(Value::Kind::map) && !frames_.back().has_key;
}

void TreeBuilder::count(Place place, std::size_t values) {
    size_ += values;
    if (size_ > limits_.values) fail_too_large(place);
}

void TreeBuilder::scalar(Value value, bool plain, std::size_t anchor) {
    count(value.place, 1);
    if (!expects_key()) return add(std::move(value), anchor);
    if (anchor != 0) fail(value.place, "an anchor on a key is not supported");
    add_key(value, plain);
}

void TreeBuilder::start_list(Place place, std::size_t anchor) { start(Value::Kind::list, place, anchor); }

void TreeBuilder::start_map(Place place, std::size_t anchor) { start(Value::Kind::map, place, anchor); }

void TreeBuilder::start(Value::Kind kind, Place place, std::size_t anchor) {
    if (expects_key()) fail(place, "a key must be a scalar, not a list or a map");
    if (frames_.size() >= limits_.depth) fail_too_deep(place);
    count(place, 1);
    Frame frame;
    frame.value.kind = kind;
    frame.value.place = place;
    frame.anchor = anchor;
    frames_.push_back(std::move(frame));
}

void TreeBuilder::end() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    // The map's own keys win over merged ones, an earlier merged map over a later one.
    for (Value& source : frame.merged)
        for (Member& member : source.members)
            if (frame.keys.emplace(member.key, frame.value.members.size()).second)
                frame.value.members.push_back(std::move(member));
    add(std::move(frame.value), frame.anchor);
}

void TreeBuilder::alias(Place place, std::size_t anchor) {
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) fail(place, "an alias to a value that contains it");
    if (expects_key()) fail(place, "an alias as a key is not supported");
    count(place, found->second.size());
    Value value = found->second;
    add(std::move(value), 0);
}

void TreeBuilder::add_key(const Value& key, bool plain) {
    if (key.is(Value::Kind::null)) fail(key.place, "a key is missing");
    Frame& frame = frames_.back();
    frame.merging = plain && key.text == "<<";
    frame.has_key = true;
    if (frame.merging) {
        if (frame.merge_key.line > 0) set_twice(frame, key, frame.merge_key);
        frame.merge_key = key.place;
        return;
    }
    const auto [known, is_new] = frame.keys.emplace(key.text, frame.value.members.size());
    frame.pending = known->second;
    if (is_new)
        frame.value.members.push_back({key.text, key.place, {}});
    else
        set_twice(frame, key, frame.value.members[frame.pending].key_place);
}

void TreeBuilder::set_twice(Frame& frame, const Value& key, Place first) {
    if (duplicates_ == nullptr || frame.merging)
        fail(key.place, fmt::format("duplicate key {}, first on line {}", quote(key.text), first.line));
    if (duplicates_->size() < duplicates_most)
        duplicates_->push_back({key.text, join(path(), key.text), key.place});
    frame.value.members[frame.pending].key_place = key.place;
}

/// Of the map that is being read.
std::string TreeBuilder::path() const {
    std::string path;
    for (std::size_t i = 0; i + 1 < frames_.size(); ++i) {
        const Value& value = frames_[i].value;
        path = value.is(Value::Kind::list) ? indexed(path, value.items.size())
                                           : join(path, value.members[frames_[i].pending].key);
    }
    return path;
}

void TreeBuilder::add(Value value, std::size_t anchor) {
    if (anchor != 0) {
        count(value.place, value.size());
        anchored_[anchor] = value;
    }
    if (frames_.empty()) {
        root_ = std::move(value);
        return;
    }
    Frame& frame = frames_.back();
    if (frame.value.is(Value::Kind::list)) {
        frame.value.items.push_back(std::move(value));
    } else if (frame.has_key = false; frame.merging) {
        merge(frame, std::move(value));
    } else {
        frame.value.members[frame.pending].value = std::move(value);
    }
}

void TreeBuilder::merge(Frame& frame, Value value) const {
    const Place place = value.place;
    std::vector<Value> sources;
    if (value.is(Value::Kind::list))
        sources = std::move(value.items);
    else
        sources.push_back(std::move(value));
    for (Value& source : sources) {
        if (!source.is(Value::Kind::map))
            fail(place, "map merge requires map or sequence of maps as the value");
        frame.merged.push_back(std::move(source));
    }
}

Value TreeBuilder::take() {
    anchored_.clear();
    return std::exchange(root_, Value{});
}

}  // namespace kcheck::kubernetes
