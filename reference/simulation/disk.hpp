// A disk of the simulated world: files in memory that fill up, fail to sync, and lose at a crash of the
// machine what POSIX lets them lose.
//
// What is written is seen by readers at once, and on the disk sector by sector, in any order, until a sync.
//   - A full disk takes the part of an append that fits, and refuses the rest (ENOSPC).
//   - A sync that fails (EIO) leaves some of the sectors unwritten and forgets that they are not: no later
//     sync writes them, while readers go on seeing them, until the machine crashes (as Linux does: Rebello
//     et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020, section 3).
//   - A crash of the machine keeps what was synced, and of the rest whole sectors at random: a torn record
//     ends early, or has sectors of zeros in it. Creations and renames are there in order, up to some one.
// Equal seeds, equal disks. Not there: sectors that are written half, bits that flip by themselves.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "reference/store/disk.hpp"

namespace kcheck::reference::simulation {

class SimulatedDisk final : public store::Disk {
public:
    explicit SimulatedDisk(std::uint64_t seed = 0) : dice_(seed) {}

    std::unique_ptr<store::File> open(const std::string& name) override;
    std::unique_ptr<store::File> open_or_create(const std::string& name) override;
    void rename(const std::string& from, const std::string& to) override;
    void sync() override;
    std::string path(const std::string& name) const override;

    /// Bytes that all files together may have; none: as many as they want.
    std::optional<std::size_t> capacity;
    std::size_t used() const;
    /// So many of the next syncs fail.
    int failing_syncs = 0;
    /// And these of the next ones of files, counted from 1.
    void fail_syncs_of_files(const std::set<int>& numbers);
    int syncs_of_files() const { return syncs_of_files_; }

    /// The same files, none of them open, as the process finds them that comes after one that was killed. It
    /// is not full, and no sync of it fails.
    std::shared_ptr<SimulatedDisk> copy() const;
    /// The machine crashes, and starts again. Throws std::logic_error if a file is locked: who has it open
    /// goes first.
    void crash();
    /// What a reader sees; none: there is no such file.
    std::optional<std::string> content(const std::string& name) const;

private:
    static constexpr std::size_t sector = 512;

    /// What one file is to readers and on the disk.
    struct Bytes {
        std::string seen, stored;
        std::set<std::size_t> dirty;  // sectors that a sync will write

        void write(std::size_t which);  // a sector
    };
    struct Inode {
        Bytes bytes;
        std::vector<Bytes> before;  // each truncation that is not synced yet
        bool is_locked = false;
    };
    using Names = std::map<std::string, std::shared_ptr<Inode>>;
    class OpenFile;

    bool next_sync_fails();
    bool next_sync_of_file_fails();
    bool one_in(int n) { return std::uniform_int_distribution(1, n)(dice_) == 1; }
    std::size_t up_to(std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(dice_); }
    /// Writes each of the dirty sectors, or not, and as much of the size.
    void write_some(Bytes& bytes);

    std::mt19937_64 dice_;
    int syncs_of_files_ = 0;
    std::set<int> failing_syncs_of_files_;
    Names names_;
    std::vector<Names> unsynced_;  // what the names were, before each change that is not synced
};

}  // namespace kcheck::reference::simulation
