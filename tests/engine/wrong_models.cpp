// Models that are none. words_test.py compiles this file and compares what is said of each, in one line,
// with the words in the comment above it.
#include <memory>

#include "checker/liveness_unfold.hpp"

using namespace kcheck::checker;

namespace {

template <class S>
struct Storage {
    using State = S;
    std::size_t state_bytes() const;
    void pack(const S&, std::span<std::byte>) const;
    void unpack(std::span<const std::byte>, S&) const;
};

/// All that a model has, if its State and Action are these; never defined.
template <class S, class A = int, class Stored = Storage<S>>
struct Parts : Stored {
    using Action = A;
    void initial(const std::function<void(const S&)>&) const;
    template <class Sink>
    void successors(const S&, Sink&) const;
    ClassMask classes(const A&) const;
    std::string describe(const A&) const;
};
static_assert(model_is_complete<Parts<int>>());

// says: names the type of its states
struct NoState {
    using Action = int;
};

// says: names the type of its actions
struct NoAction : Parts<int> {
private:
    using Action = int;
};

struct Bare {
    int x;
};
// says: State has no ==
struct NoEquality : Parts<Bare> {};

// says: Action has no ==
struct NoEqualityOfActions : Parts<int, Bare> {};

struct Fixed {
    explicit Fixed(int value);
    bool operator==(const Fixed&) const = default;
};
// says: State has no default constructor
struct NoDefault : Parts<Fixed> {};

struct Unique {
    std::unique_ptr<int> owned;
    bool operator==(const Unique&) const = default;
};
// says: State cannot be copied
struct NoCopies : Parts<Unique> {};

// says: std::size_t state_bytes() const
struct NegativeBytes : Parts<int> {
    int state_bytes() const;
};

// says: void pack(const State&, std::span<std::byte>) const
struct PacksIntoString : Parts<int> {
    void pack(const int&, std::string&) const;
};

// says: void unpack(std::span<const std::byte>, State&) const
struct UnpacksAValue : Parts<int> {
    int unpack(std::span<const std::byte>) const;
};

// says: void initial(const std::function<void(const State&)>&) const
struct OneInitial : Parts<int> {
    int initial() const;
};

// says: void successors(const State&, SuccessorSink<M>&) const
struct NoSuccessors : Parts<int> {
    void successors() const;
};

// says: public and const: `void successors(
struct SuccessorsChangeTheModel : Parts<int> {
    void successors(const int&, SuccessorSink<SuccessorsChangeTheModel>&);
};

// says: ClassMask classes(const Action&) const
struct ClassesOfStates : Parts<int, std::string> {
    ClassMask classes(const int&) const;
};

// says: std::string describe(const Action&) const
struct DescribesNothing : Parts<int> {
    void describe(const int&) const;
};

struct Gaps {
    char small;
    int large;
    bool operator==(const Gaps&) const = default;
};
// says: has padding or floating point
struct Padded : Parts<Gaps, int, PlainState<Gaps>> {};

// says: has padding or floating point
struct Fractions : Parts<double, int, PlainState<double>> {};

// says: not trivially copyable (does it own memory?)
struct OwningAsPlain : Parts<std::string, int, PlainState<std::string>> {};

// says: void representative(State&) const
struct NotSymmetric : Parts<int> {
    template <class Sink>
    void concrete_successors(const int&, Sink&) const;
    ClassMask fixed_classes() const;
};

}  // namespace

template <class... Models>
void explore_all(const Models&... models) {
    // Said once, however often it is asked.
    (explore(models), ...);
    (explore(models, {}, ExploreOptions{}), ...);
    (explore<Models>(models, {}, {}, {}), ...);
}

template void explore_all(const NoState&, const NoAction&, const NoEquality&, const NoEqualityOfActions&,
                          const NoDefault&, const NoCopies&, const NegativeBytes&, const PacksIntoString&,
                          const UnpacksAValue&, const OneInitial&, const NoSuccessors&,
                          const SuccessorsChangeTheModel&, const ClassesOfStates&, const DescribesNothing&,
                          const Padded&, const Fractions&, const OwningAsPlain&);

void decide(const NotSymmetric& model, const Exploration& found) {
    check_liveness_unfolded<NotSymmetric>(model, found, {}, {});
}
