// EmbeddedStore against an obvious store: all its states, one after the other.
#include <rapidcheck.h>

#include <map>

#include "tests/store_support.hpp"

using namespace kcheck::reference;
using namespace kcheck::reference::store;
using namespace kcheck::reference::testing;

namespace {

using State = std::map<std::string, KeyValue>;

struct ObviousStore {
    std::vector<State> states = {{}, {}};  // by revision: 0 is none, 1 is the first
    std::vector<std::string> changed = {{}, {}};
    Revision compacted = 0;

    Revision revision() const { return std::ssize(states) - 1; }
    const State& now() const { return states.back(); }

    bool write(const std::string& key, const std::string* value, Revision expected) {
        State next = now();
        const auto at = next.find(key);
        if ((at == next.end() ? 0 : at->second.mod_revision) != expected) return false;
        if (!value && at == next.end()) return false;
        const Revision next_revision = revision() + 1;
        if (!value)
            next.erase(at);
        else if (at == next.end())
            next[key] = {key, *value, next_revision, next_revision, 1};
        else
            at->second = {key, *value, at->second.create_revision, next_revision, at->second.version + 1};
        states.push_back(std::move(next));
        changed.push_back(key);
        return true;
    }

    const KeyValue* get(const std::string& key, Revision as_of) const {
        const State& state = states[static_cast<std::size_t>(as_of)];
        const auto at = state.find(key);
        return at == state.end() ? nullptr : &at->second;
    }
};

std::string show(const KeyValue* item) {
    if (!item) return "-";
    return fmt::format("{}={}@{}/{}/{}", item->key, item->value, item->create_revision, item->mod_revision,
                       item->version);
}
std::string show(const std::optional<KeyValue>& item) { return show(item ? &*item : nullptr); }

void check_range(EmbeddedStore& store, const ObviousStore& model, const std::string& prefix,
                 const std::string& start, std::int64_t limit, Revision revision) {
    if (revision != 0 && revision < model.compacted) {
        RC_ASSERT_THROWS_AS(store.range(prefix, start, limit, revision), Compacted);
        return;
    }
    std::vector<std::string> expected;
    std::int64_t remaining = 0;
    const State& state = revision == 0 ? model.now() : model.states[static_cast<std::size_t>(revision)];
    for (const auto& [key, item] : state) {
        if (key < start || key.compare(0, prefix.size(), prefix) != 0) continue;
        if (limit > 0 && std::ssize(expected) == limit)
            ++remaining;
        else
            expected.push_back(show(&item));
    }
    const RangeResult range = store.range(prefix, start, limit, revision);
    std::vector<std::string> got;
    for (const KeyValue& item : range.items) got.push_back(show(&item));
    RC_ASSERT(got == expected);
    RC_ASSERT(range.remaining == remaining);
    RC_ASSERT(range.revision == model.revision());
}

/// Each event of a watch, or of what the model says that it must be.
struct Told {
    std::string prefix;
    Revision after;
    std::vector<std::string> events = {};
    std::unique_ptr<StoreWatch> watch = {};

    static std::string show_event(Revision revision, const std::string& key, const std::string& current,
                                  const std::string& previous) {
        return fmt::format("{} {}: {} -> {}", revision, key, previous, current);
    }
    void begin(EmbeddedStore& store) {
        watch = store.watch(
            prefix, after,
            [this](const StoreEvent& event) {
                const bool is_put = event.type == StoreEvent::Type::put;
                events.push_back(show_event(event.revision, event.current.key,
                                            is_put ? show(&event.current) : "-", show(event.previous)));
            },
            {});
    }
    std::vector<std::string> expected(const ObviousStore& model) const {
        std::vector<std::string> result;
        for (Revision r = after + 1; r <= model.revision(); ++r) {
            const std::string& key = model.changed[static_cast<std::size_t>(r)];
            if (r < 2 || key.compare(0, prefix.size(), prefix) != 0) continue;
            result.push_back(show_event(r, key, show(model.get(key, r)), show(model.get(key, r - 1))));
        }
        return result;
    }
};

const std::vector<std::string> some_keys = {"a", "a/", "a/b", "a/c", "b", "\xff"};

class Run {
public:
    explicit Run(bool lasting) {
        if (lasting) options_ = {.directory = directory_.path(), .log_bytes_max = 300};
        store_.emplace(options_);
    }

    void step() {
        switch (*rc::gen::inRange(0, 10)) {
            case 0: range(); break;
            case 1: compact(); break;
            case 2: watch(); break;
            case 3: restart(); break;
            default: write(); break;
        }
        for (const auto& told : told_) RC_ASSERT(told->events == told->expected(model_));
        RC_ASSERT(store_->revision() == model_.revision());
    }

private:
    void write() {
        const auto key = *rc::gen::elementOf(some_keys);
        const KeyValue* before = model_.get(key, model_.revision());
        const Revision fits = before ? before->mod_revision : 0;
        const Revision expected = *rc::gen::weightedOneOf<Revision>(
            {{5, rc::gen::just(fits)}, {1, rc::gen::inRange<Revision>(0, model_.revision() + 2)}});
        const bool removes = *rc::gen::weightedElement<bool>({{1, true}, {3, false}});
        const std::string value = std::to_string(model_.revision());
        const std::string as_it_was = show(before);
        const WriteResult result =
            removes ? store_->remove(key, expected) : store_->put(key, value, expected);
        RC_ASSERT(result.committed == model_.write(key, removes ? nullptr : &value, expected));
        RC_ASSERT(result.revision == model_.revision());
        RC_ASSERT(show(result.current) == (result.committed ? "-" : as_it_was));
        RC_ASSERT(show(store_->get(key)) == show(model_.get(key, model_.revision())));
    }

    void range() {
        const auto prefix = *rc::gen::element<std::string>("", "a", "a/", "c", "\xff");
        const auto start = *rc::gen::element<std::string>("", "a", "a/c", std::string("a/b\0", 4), "z");
        check_range(*store_, model_, prefix, start, *rc::gen::inRange(0, 4),
                    *rc::gen::inRange<Revision>(0, model_.revision() + 1));
    }

    void compact() {
        const auto revision = *rc::gen::inRange<Revision>(0, model_.revision() + 1);
        store_->compact(revision);
        model_.compacted = std::max(model_.compacted, revision);
    }

    void watch() {
        const auto prefix = *rc::gen::element<std::string>("", "a", "a/");
        auto told =
            std::make_unique<Told>(Told{prefix, *rc::gen::inRange<Revision>(0, model_.revision() + 1)});
        if (told->after < model_.compacted) {
            RC_ASSERT_THROWS_AS(told->begin(*store_), Compacted);
            return;
        }
        told->begin(*store_);
        told_.push_back(std::move(told));
    }

    /// Compactions are of the memory only; of the past, the log has what no snapshot has replaced.
    void restart() {
        if (options_.directory.empty()) return;
        told_.clear();
        store_.reset();
        store_.emplace(options_);
        Revision oldest = model_.revision();
        while (oldest > 1 && is_readable(oldest - 1)) --oldest;
        const bool has_snapshot = std::filesystem::exists(directory_.path() / "snapshot");
        RC_ASSERT(has_snapshot || oldest == 1);
        model_.compacted = has_snapshot ? oldest : 0;
        for (Revision r = oldest; r <= model_.revision(); ++r) check_range(*store_, model_, "", "", 0, r);
    }

    bool is_readable(Revision revision) {
        try {
            store_->range("", "", 1, revision);
            return true;
        } catch (const Compacted&) {
            return false;
        }
    }

    TemporaryDirectory directory_;
    EmbeddedStoreOptions options_;
    std::optional<EmbeddedStore> store_;
    ObviousStore model_;
    std::vector<std::unique_ptr<Told>> told_;  // last: watches end before the store
};

void check_model(bool lasting) {
    const bool holds = rc::check([lasting] {
        Run run(lasting);
        const int steps = *rc::gen::inRange(0, 120);
        for (int i = 0; i < steps; ++i) run.step();
    });
    CHECK(holds);
}

}  // namespace

TEST_CASE("A store in memory does as an obvious one", "[store]") { check_model(false); }

TEST_CASE("A store on disk, restarted now and then, does as an obvious one", "[store]") { check_model(true); }
