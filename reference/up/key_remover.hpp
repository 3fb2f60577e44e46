// Removes the keys of a cluster when the process that made them is gone, however it went.
#pragma once

#include <filesystem>
#include <functional>

namespace kcheck::reference::up {

/// A process of its own, that waits for the end of this one: where nothing runs any more that could clean up
/// (kill -9, no memory left), it does. It holds what this process had open when it began, so that a lock is
/// not free before. To be made while there is one thread.
class KeyRemover {
public:
    /// `clean_up` is called in the other process, unless dismiss() was called in this one. Throws
    /// std::system_error if there is no process to be had.
    explicit KeyRemover(std::function<void()> clean_up);
    ~KeyRemover();
    KeyRemover(const KeyRemover&) = delete;
    KeyRemover& operator=(const KeyRemover&) = delete;

    /// There is nothing to clean up any more.
    void dismiss();

private:
    int alive_ = -1;  // the end of a pipe, which closes with this process
};

}  // namespace kcheck::reference::up
