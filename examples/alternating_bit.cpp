// Fairness and liveness: the alternating bit protocol, over channels that lose messages.
//
// A sender repeats message 0 until it is acknowledged, then message 1, and so on; a receiver acknowledges
// whatever arrives and accepts what it has not accepted yet. One bit of each message tells the two apart
// (Bartlett, Scantlebury, Wilkinson, "A note on reliable full-duplex transmission over half-duplex links",
// CACM 12(5), 1969). That nothing is accepted twice or out of order is safety. That a message is accepted
// at all is liveness: it is true only of runs in which somebody acts and the channels do not lose
// everything, and fairness says that.
//
// kcheck-alternating-bit asks under three assumptions and prints, where the answer is no, a lasso: the way
// to a cycle that goes on for ever.
#include <cstdint>
#include <cstdio>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "checker/explicit.hpp"
#include "checker/liveness.hpp"
#include "checker/model.hpp"
#include "checker/packing.hpp"

namespace {

using namespace kcheck;

// A state that owns memory: the channels are sequences.
struct Link {
    std::uint8_t sending = 0;            // the number of the message that the sender repeats, modulo 4
    std::uint8_t expecting = 0;          // the number that the receiver has not accepted yet
    bool mixed_up = false;               // it has accepted another one than that
    std::vector<std::uint8_t> messages;  // on their way: numbers; the receiver looks at a bit of them
    std::vector<std::uint8_t> acknowledgements;  // on their way back: bits

    bool operator==(const Link&) const = default;
};

class AlternatingBit {
public:
    using State = Link;
    enum class Action : std::uint8_t { send, deliver, acknowledge, lose_message, lose_acknowledgement };

    static constexpr std::size_t room = 2;  // in each channel

    explicit AlternatingBit(bool somebody_must_act) : must_act_(somebody_must_act) {}

    // A state as bytes, and back: three bytes, and of each channel a length and what is in it.
    std::size_t state_bytes() const { return 3 + 2 * (2 + room); }
    void pack(const Link& link, std::span<std::byte> bytes) const {
        checker::PackWriter out(bytes);
        out.put(link.sending);
        out.put(link.expecting);
        out.put(link.mixed_up);
        out.put_all(link.messages);
        out.put_all(link.acknowledgements);
    }
    void unpack(std::span<const std::byte> bytes, Link& link) const {
        checker::PackReader in(bytes);
        in.get(link.sending);
        in.get(link.expecting);
        in.get(link.mixed_up);
        in.get_all(link.messages);
        in.get_all(link.acknowledgements);
    }

    void initial(const std::function<void(const Link&)>& each) const { each(Link{}); }

    void successors(const Link& now, checker::SuccessorSink<AlternatingBit>& sink) const {
        if (now.messages.size() < room) {
            Link next = now;
            next.messages.push_back(now.sending);
            sink.edge(Action::send, next);
        }
        if (!now.messages.empty()) {
            Link next = now;
            next.messages.erase(next.messages.begin());
            sink.edge(Action::lose_message, next);

            const std::uint8_t arrived = now.messages.front();
            if (arrived % 2 == now.expecting % 2) {
                next.mixed_up |= arrived != now.expecting;
                next.expecting = after(now.expecting);
            }
            if (next.acknowledgements.size() < room) next.acknowledgements.push_back(arrived % 2);
            sink.edge(Action::deliver, next);
        }
        if (!now.acknowledgements.empty()) {
            Link next = now;
            next.acknowledgements.erase(next.acknowledgements.begin());
            sink.edge(Action::lose_acknowledgement, next);

            if (now.acknowledgements.front() == now.sending % 2) next.sending = after(now.sending);
            sink.edge(Action::acknowledge, next);
        }
    }

    // What has to happen: one class for each kind of step. Nothing ever has to be lost.
    checker::ClassMask classes(const Action& action) const {
        const bool is_due = must_act_ && action <= Action::acknowledge;
        return is_due ? checker::ClassMask::bit(static_cast<std::size_t>(action)) : checker::ClassMask{};
    }

    std::string describe(const Action& action) const {
        switch (action) {
            case Action::send: return "the sender sends";
            case Action::deliver: return "a message arrives";
            case Action::acknowledge: return "an acknowledgement arrives";
            case Action::lose_message: return "a message is lost";
            case Action::lose_acknowledgement: return "an acknowledgement is lost";
        }
        return {};
    }

    static std::uint8_t after(std::uint8_t number) { return static_cast<std::uint8_t>((number + 1) % 4); }

private:
    bool must_act_;
};

static_assert(checker::model_is_complete<AlternatingBit>());

bool in_order(const Link& link) { return !link.mixed_up; }

using Progress = checker::LivenessOf<AlternatingBit>;

// [] (message 1 is sent => <> message 1 has been accepted). By symmetry that is true of every message.
const Progress is_accepted = {"message 1 is accepted once the sender has begun with it",
                              Progress::Form::leads_to,
                              [](const Link& link) { return link.expecting == 2; },
                              [](const Link& link) { return link.sending == 1 && link.expecting == 1; },
                              {}};

void print(const AlternatingBit& model, const std::vector<checker::Step<AlternatingBit>>& steps) {
    for (const auto& step : steps) std::printf("    %s\n", model.describe(step.action).c_str());
}

void check(const char* assumption, const AlternatingBit& model,
           const std::vector<checker::FairnessClass>& fairness) {
    const std::vector<checker::SafetyOf<AlternatingBit>> safety = {
        {"what is accepted is what was sent, in order", in_order}};
    const std::vector<Progress> liveness = {is_accepted};

    checker::ExploreOptions options;
    options.record_graph = true;  // liveness is decided on the transitions
    const checker::Exploration found = checker::explore(model, safety, options, liveness);
    const auto results = checker::check_liveness<AlternatingBit>(model, found, fairness, liveness);

    std::printf("%s\n", assumption);
    std::printf("  %llu states, %llu transitions\n", static_cast<unsigned long long>(found.states),
                static_cast<unsigned long long>(found.transitions));
    std::printf("  %s: %s\n", found.violations[0] ? "violated" : "holds", safety[0].name.c_str());
    std::printf("  %s: %s\n", results[0].lasso ? "violated" : "holds", liveness[0].name.c_str());
    if (!results[0].lasso) return;
    print(model, results[0].lasso->stem.steps);
    std::printf(results[0].lasso->cycle.empty() ? "  and no more, for ever\n" : "  and then, for ever:\n");
    print(model, results[0].lasso->cycle);
}

}  // namespace

int main() {
    using checker::Fairness;
    check("Nobody has to do anything:", AlternatingBit(false), {});
    check("\nWhat stays possible is done at last (weak fairness):", AlternatingBit(true),
          {{"send", Fairness::weak}, {"deliver", Fairness::weak}, {"acknowledge", Fairness::weak}});
    check("\nWhat is possible again and again is done at last (strong fairness of the channels):",
          AlternatingBit(true),
          {{"send", Fairness::weak}, {"deliver", Fairness::strong}, {"acknowledge", Fairness::strong}});
}
