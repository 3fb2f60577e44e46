// Coroutines for syncs: straight-line code around requests that take their time.
//
// A Task<T> starts when it is awaited or spawned, runs on the thread of its environment, and
// resumes when a callback brings what it waits for. If the callback is destroyed without having
// been called (the process that it belonged to has crashed), the whole coroutine is destroyed
// with it: locals are destructed, nothing else happens. All on one thread.
//
// Rules that keep g++ 12 and the reader out of trouble: coroutines are functions or member
// functions that take their parameters by value (never a capturing lambda); the result of
// co_await goes into a named variable before it is used.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace kcheck::reference {

namespace detail {

/// The coroutine that was spawned, with all that it awaits. Shared by whoever may resume it.
struct Root {
    std::coroutine_handle<> handle;
    bool alive = true;
    void destroy() {
        if (!std::exchange(alive, false)) return;
        handle.destroy();
    }
};

struct PromiseBase {
    std::shared_ptr<Root> root;
    std::coroutine_handle<> continuation = std::noop_coroutine();
    std::exception_ptr failure;

    std::suspend_always initial_suspend() noexcept { return {}; }
    struct Final {
        bool await_ready() noexcept { return false; }
        template <class P>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) noexcept {
            return self.promise().continuation;
        }
        void await_resume() noexcept {}
    };
    Final final_suspend() noexcept { return {}; }
    void unhandled_exception() { failure = std::current_exception(); }
};

template <class T>
struct Result {
    std::optional<T> value;
    template <class U>
    void return_value(U&& result) {
        value.emplace(std::forward<U>(result));
    }
    T take() { return std::move(*value); }
};
template <>
struct Result<void> {
    void return_void() {}
    void take() {}
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
public:
    struct promise_type : detail::PromiseBase, detail::Result<T> {
        Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    };

    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Task() {
        if (handle_) handle_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> awaiting) {
        handle_.promise().root = awaiting.promise().root;
        handle_.promise().continuation = awaiting;
        return handle_;
    }
    T await_resume() {
        if (handle_.promise().failure) std::rethrow_exception(handle_.promise().failure);
        return handle_.promise().take();
    }

private:
    explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    std::coroutine_handle<promise_type> handle_;
};

namespace detail {

struct Spawned {
    struct promise_type : PromiseBase {
        Spawned get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
        struct End {
            bool await_ready() noexcept { return false; }
            void await_suspend(std::coroutine_handle<promise_type> self) noexcept {
                const auto held = self.promise().root;  // outlives the frame that holds it
                held->destroy();
            }
            void await_resume() noexcept {}
        };
        End final_suspend() noexcept { return {}; }
        void return_void() {}
        // A sync reports its errors itself: one that escapes is a defect.
        void unhandled_exception() { std::terminate(); }
    };
    std::coroutine_handle<promise_type> handle;
};

inline Spawned run_to_end(Task<void> task) { co_await std::move(task); }

}  // namespace detail

/// Starts the task now; it runs until it first has to wait.
inline void spawn(Task<void> task) {
    const auto spawned = detail::run_to_end(std::move(task));
    auto root = std::make_shared<detail::Root>();
    root->handle = spawned.handle;
    spawned.handle.promise().root = root;
    spawned.handle.resume();
}

/// Waits for a callback: `const auto reply = co_await Callback<Reply>([&](auto done) { api.send(r, done);
/// });` The callback may be called at most once, and only after the function given here has returned.
template <class T>
class Callback {
public:
    using Done = std::function<void(T)>;
    explicit Callback(std::function<void(Done)> begin) : begin_(std::move(begin)) {}

    bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> awaiting) {
        auto resumer = std::make_shared<Resumer>();
        resumer->root = awaiting.promise().root;
        resumer->awaiting = awaiting;
        resumer->result = &result_;
        const auto begin = std::move(begin_);  // `begin` may be the last to hold what it captured
        begin([resumer](T value) { resumer->resume(std::move(value)); });
    }
    T await_resume() { return std::move(*result_); }

private:
    struct Resumer {
        std::shared_ptr<detail::Root> root;
        std::coroutine_handle<> awaiting;
        std::optional<T>* result = nullptr;
        bool called = false;
        void resume(T value) {
            called = true;
            if (!root->alive) return;
            *result = std::move(value);
            const auto held = root;  // resuming may destroy this resumer
            awaiting.resume();
        }
        ~Resumer() {
            if (!called) root->destroy();
        }
    };
    std::function<void(Done)> begin_;
    std::optional<T> result_;
};

namespace detail {

/// One of several tasks that somebody waits for together.
struct Branch {
    struct promise_type : PromiseBase {
        std::size_t* left = nullptr;
        std::coroutine_handle<> parent;
        Branch get_return_object() {
            return Branch(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        struct End {
            bool await_ready() noexcept { return false; }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
                auto& promise = self.promise();
                if (--*promise.left == 0) return promise.parent;
                return std::noop_coroutine();
            }
            void await_resume() noexcept {}
        };
        End final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
    explicit Branch(std::coroutine_handle<promise_type> h) : handle(h) {}
    Branch(Branch&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
    Branch& operator=(Branch&&) = delete;
    ~Branch() {
        if (handle) handle.destroy();
    }
    std::coroutine_handle<promise_type> handle;
};

inline Branch run_branch(Task<void> task) { co_await std::move(task); }

}  // namespace detail

/// Runs the tasks beside each other, and waits for all: `co_await WhenAll(std::move(tasks));`
class WhenAll {
public:
    explicit WhenAll(std::vector<Task<void>> tasks) : tasks_(std::move(tasks)) {}

    bool await_ready() const noexcept { return tasks_.empty(); }
    template <class P>
    bool await_suspend(std::coroutine_handle<P> awaiting) {
        left_ = tasks_.size() + 1;  // one more: no branch resumes the parent while branches are being started
        for (auto& task : tasks_) branches_.push_back(detail::run_branch(std::move(task)));
        for (auto& branch : branches_) {
            auto& promise = branch.handle.promise();
            promise.root = awaiting.promise().root;
            promise.left = &left_;
            promise.parent = awaiting;
            branch.handle.resume();
        }
        return --left_ > 0;
    }
    void await_resume() noexcept {}

private:
    std::vector<Task<void>> tasks_;
    std::vector<detail::Branch> branches_;
    std::size_t left_ = 0;
};

}  // namespace kcheck::reference
