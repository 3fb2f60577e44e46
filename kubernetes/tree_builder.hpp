// Builds a tree from the events of a parser (YAML or JSON), and holds every document to
// the same rules: unique keys, bounded depth, bounded size after aliases, merge keys resolved.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "kubernetes/tree.hpp"

namespace kcheck::kubernetes {

class TreeBuilder {
public:
    /// Kubernetes objects are about 20 deep. yaml-cpp itself gives up at 500.
    static constexpr std::size_t depth_limit = 100;
    /// Values of one file, aliases expanded: far above a cluster's dump of one kind, far
    /// below what an alias bomb asks for.
    static constexpr std::size_t size_limit = 500'000;

    explicit TreeBuilder(std::string file) : file_(std::move(file)) {}

    /// `anchor` is the parser's number for `&name`, or 0.
    void scalar(Value value, bool plain = false, std::size_t anchor = 0);
    void start_list(Place place, std::size_t anchor = 0);
    void start_map(Place place, std::size_t anchor = 0);
    void end();
    void alias(Place place, std::size_t anchor);

    /// Once the events of a document are complete: its tree. The builder is then ready for
    /// the next document; the size limit goes on counting.
    Value take();

    [[noreturn]] void fail(Place place, std::string message, std::string hint = "") const;

private:
    struct Frame {
        Value value;
        std::size_t anchor = 0;
        bool has_key = false;  // a map whose next event is a value, not a key
        std::unordered_map<std::string, Place> keys;
        std::unordered_map<std::string, Place> merge_keys;  // an unquoted `<<`, at most
        std::vector<Value> merged;  // the maps of its `<<` keys, the first taking precedence
        bool merging = false;       // the pending key is `<<`
    };

    bool expects_key() const;
    void start(Value::Kind kind, Place place, std::size_t anchor);
    void add(Value value, std::size_t anchor);
    void add_key(const Value& key, bool plain);
    void merge(Frame& frame, Value value) const;
    void count(Place place, std::size_t values);

    std::string file_;
    std::vector<Frame> frames_;
    std::map<std::size_t, Value> anchored_;
    Value root_;
    std::size_t size_ = 0;
};

}  // namespace kcheck::kubernetes
