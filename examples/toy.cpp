// A model of one's own, from the first line to the verdict.
//
// Two clients each add 1 to a counter that a server stores: read it, then write back
// what was read plus 1. If the server takes every write, an increment can be lost. If a
// write must name the revision that it read (as with resourceVersion in Kubernetes), the
// loser is refused and reads again, and nothing is lost.
//
// kcheck-toy checks both servers and prints a verdict for each, with a shortest run to
// the lost update.
#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "checker/explicit.hpp"
#include "checker/model.hpp"

namespace {

using namespace kcheck;

// A state is a plain value: what the server stores and what each client knows.
struct Client {
    enum class Phase : std::uint8_t { to_read, to_write, done };
    Phase phase = Phase::to_read;
    std::uint8_t seen_value = 0;
    std::uint8_t seen_revision = 0;

    bool operator==(const Client&) const = default;
};

struct Counter {
    std::uint8_t value = 0;
    std::uint8_t revision = 0;
    std::array<Client, 2> clients{};

    bool operator==(const Counter&) const = default;
};

// PlainState stores the state as its bytes; a model adds where runs begin and how they go on.
class LostUpdate : public checker::PlainState<Counter> {
public:
    // An action names a transition, for the reader of a trace.
    struct Action {
        enum class Kind : std::uint8_t { read, write, refused };
        Kind kind = Kind::read;
        std::uint8_t client = 0;

        bool operator==(const Action&) const = default;
    };

    explicit LostUpdate(bool server_compares_revisions) : compares_(server_compares_revisions) {}

    void initial(const std::function<void(const State&)>& each) const { each(State{}); }

    // Every enabled action of every client is a transition: the checker tries all orders.
    void successors(const State& now, checker::SuccessorSink<LostUpdate>& sink) const {
        for (std::uint8_t i = 0; i < now.clients.size(); ++i) {
            State next = now;
            Client& client = next.clients[i];
            switch (client.phase) {
                case Client::Phase::to_read:
                    client = {Client::Phase::to_write, now.value, now.revision};
                    sink.edge({Action::Kind::read, i}, next);
                    break;
                case Client::Phase::to_write:
                    if (compares_ && client.seen_revision != now.revision) {
                        client = Client{};  // what it read is forgotten: fewer states
                        sink.edge({Action::Kind::refused, i}, next);
                    } else {
                        next.value = client.seen_value + 1;
                        ++next.revision;
                        client = {Client::Phase::done};
                        sink.edge({Action::Kind::write, i}, next);
                    }
                    break;
                case Client::Phase::done: break;
            }
        }
    }

    // Fairness matters to liveness properties only; here is none.
    checker::ClassMask classes(const Action&) const { return {}; }

    std::string describe(const Action& action) const {
        static constexpr std::array what = {"reads", "writes", "is refused: it read an old revision"};
        return "client " + std::to_string(action.client) + ' ' + what[static_cast<std::size_t>(action.kind)];
    }

private:
    bool compares_;
};

// If something is missing, this says what.
static_assert(checker::model_is_complete<LostUpdate>());

// A property is a predicate that must hold in every reachable state.
bool nothing_is_lost(const Counter& state) {
    int written = 0;
    for (const Client& client : state.clients) written += client.phase == Client::Phase::done;
    return state.value == written;
}

void check(const LostUpdate& model) {
    const std::vector<checker::Safety<Counter>> properties = {
        {"the counter is the number of writes", nothing_is_lost}};
    const checker::Exploration found = checker::explore(model, properties);

    std::printf("%llu states, %llu transitions\n", static_cast<unsigned long long>(found.states),
                static_cast<unsigned long long>(found.transitions));
    const auto& violation = found.violations[0];
    std::printf("%s: %s\n", violation ? "violated" : "holds", properties[0].name.c_str());
    if (!violation) return;
    for (const auto& step : checker::trace_to(model, found.store, violation->state).steps) {
        std::printf("  %s; the counter is %d\n", model.describe(step.action).c_str(), step.state.value);
    }
}

}  // namespace

int main() {
    std::printf("The server takes every write:\n");
    check(LostUpdate(false));
    std::printf("\nThe server refuses writes to an old revision:\n");
    check(LostUpdate(true));
}
