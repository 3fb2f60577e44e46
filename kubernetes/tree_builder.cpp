#include "kubernetes/tree_builder.hpp"

#include <utility>

#include <fmt/format.h>

#include "kubernetes/text.hpp"

namespace kcheck::kubernetes {

void TreeBuilder::fail(Place place, std::string message, std::string hint) const {
    throw Failure{{file_, place, std::move(message), std::move(hint)}};
}

bool TreeBuilder::expects_key() const {
    return !frames_.empty() && frames_.back().value.is(Value::Kind::map) && !frames_.back().has_key;
}

void TreeBuilder::count(Place place, std::size_t values) {
    size_ += values;
    if (size_ > size_limit)
        fail(place, fmt::format("more than {} values, aliases expanded", size_limit), "split the file");
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
    if (frames_.size() >= depth_limit)
        fail(place, fmt::format("nested more than {} levels deep", depth_limit));
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
            if (frame.keys.emplace(member.key, member.key_place).second)
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
    auto& keys = frame.merging ? frame.merge_keys : frame.keys;
    const auto [first, is_new] = keys.emplace(key.text, key.place);
    if (!is_new)
        fail(key.place,
             fmt::format("duplicate key {}, first on line {}", quote(key.text), first->second.line));
    frame.has_key = true;
    if (!frame.merging) frame.value.members.push_back({key.text, key.place, {}});
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
        frame.value.members.back().value = std::move(value);
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
