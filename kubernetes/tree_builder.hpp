// Builds a tree from the events of a parser (YAML or JSON), and holds every document to
// the same rules: unique keys, or the last one counts; bounded depth, bounded size after aliases;
// merge keys resolved.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "kubernetes/readers.hpp"
#include "kubernetes/tree.hpp"

namespace kcheck::kubernetes {

class TreeBuilder {
public:
    TreeBuilder(std::string file, const ReadLimits& limits, std::vector<DuplicateKey>* duplicates)
        : file_(std::move(file)), limits_(limits), duplicates_(duplicates) {}

    /// `anchor` is the parser's number for `&name`, or 0.
    void scalar(Value value, bool plain = false, std::size_t anchor = 0);
    void start_list(Place place, std::size_t anchor = 0);
    void start_map(Place place, std::size_t anchor = 0);
    void end();
    void alias(Place place, std::size_t anchor);

    /// Once the events of a document are complete: its tree. The builder is then ready for
    /// the next document; the size limit goes on counting.
    Value take();

    [[noreturn]] void fail_too_deep(Place place) const;
    [[noreturn]] void fail_too_large(Place place) const;
    [[noreturn]] void fail(Place place, std::string message, std::string hint = "") const;

private:
    struct Frame {
        Value value;
        std::size_t anchor = 0;
        bool has_key = false;                     // a map whose next event is a value, not a key
        std::size_t pending = 0;                  // the member of that key
        std::map<std::string, std::size_t> keys;  // where they are among the members
        Place merge_key;                          // of an unquoted `<<`, line 0: there is none
        std::vector<Value> merged;                // the maps of its `<<` keys, the first taking precedence
        bool merging = false;                     // the pending key is `<<`
    };

    bool expects_key() const;
    void start(Value::Kind kind, Place place, std::size_t anchor);
    void add(Value value, std::size_t anchor);
    void add_key(const Value& key, bool plain);
    void set_twice(Frame& frame, const Value& key, Place first);
    std::string path() const;
    void merge(Frame& frame, Value value) const;
    void count(Place place, std::size_t values);

    std::string file_;
    ReadLimits limits_;
    std::vector<DuplicateKey>* duplicates_;
    std::vector<Frame> frames_;
    std::map<std::size_t, Value> anchored_;
    Value root_;
    std::size_t size_ = 0;
};

}  // namespace kcheck::kubernetes
