#pragma once
#include <sqlite3.h>

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

_Static_assert(sizeof(off_t) == 8, "32-bit processors want _FILE_OFFSET_BITS=64");

// What Swift cannot spell: macros with casts, variadics, errno. Every call about a file answers a
// value of at least 0, or -errno.

static inline int sqlite_shim_bind_blob(sqlite3_stmt *s, int at, const void *bytes, int count) {
  return sqlite3_bind_blob(s, at, count ? bytes : "", count, SQLITE_TRANSIENT);
}

static inline int sqlite_shim_bind_text(sqlite3_stmt *s, int at, const void *bytes, int count) {
  return sqlite3_bind_text(s, at, count ? (const char *)bytes : "", count, SQLITE_TRANSIENT);
}

/// Answers the option's value after it was set; -1 asks only.
static inline int sqlite_shim_file_option(sqlite3 *database, int option, int value) {
  return sqlite3_file_control(database, "main", option, &value) == SQLITE_OK ? value : -1;
}

static inline int sqlite_shim_checkpoint_on_close(sqlite3 *database, int is_wanted) {
  return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !is_wanted, (int *)0);
}

/// Keeps the log's length in frames at `frame_count` after each commit, and does no checkpoint.
static inline int sqlite_shim_keep_frame_count(void *frame_count, sqlite3 *database,
                                               const char *name, int count) {
  (void)database, (void)name;
  *(int64_t *)frame_count = count;
  return SQLITE_OK;
}

static inline void sqlite_shim_count_frames(sqlite3 *database, int64_t *frame_count) {
  sqlite3_wal_hook(database, sqlite_shim_keep_frame_count, frame_count);
}

static inline int sqlite_shim_open(const char *path, int is_made) {
  int file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (is_made ? O_CREAT : 0), 0600);
  return file < 0 ? -errno : file;
}

static inline int sqlite_shim_open_directory(const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  return file < 0 ? -errno : file;
}

static inline int sqlite_shim_lock(int file) {
  return flock(file, LOCK_EX | LOCK_NB) ? -errno : 0;
}

static inline int sqlite_shim_make_directory(const char *path) {
  return mkdir(path, 0700) ? -errno : 0;
}

static inline int sqlite_shim_set_mode(const char *path, int mode) {
  return chmod(path, (mode_t)mode) ? -errno : 0;
}

static inline int64_t sqlite_shim_byte_count(const char *path) {
  struct stat status;
  return stat(path, &status) ? -errno : (int64_t)status.st_size;
}

static inline int sqlite_shim_allocate(int file, int64_t byte_count) {
  return -posix_fallocate(file, 0, byte_count);
}

struct sqlite_shim_space {
  int64_t answer, free_bytes, total_bytes, free_inodes, inodes;
};

static inline struct sqlite_shim_space sqlite_shim_space(const char *path) {
  struct sqlite_shim_space space = {0};
  struct statvfs status;
  if (statvfs(path, &status)) {
    space.answer = -errno;
    return space;
  }
  space.free_bytes = (int64_t)status.f_bavail * (int64_t)status.f_frsize;
  space.total_bytes = (int64_t)status.f_blocks * (int64_t)status.f_frsize;
  space.free_inodes = (int64_t)status.f_favail;
  space.inodes = (int64_t)status.f_files;
  return space;
}

static inline int sqlite_shim_rename(const char *from, const char *to) {
  return rename(from, to) ? -errno : 0;
}

static inline int sqlite_shim_unlink(const char *path) { return unlink(path) ? -errno : 0; }
static inline int sqlite_shim_truncate(int file) { return ftruncate(file, 0) ? -errno : 0; }
static inline int sqlite_shim_sync(int file) { return fsync(file) ? -errno : 0; }
static inline int sqlite_shim_close(int file) { return close(file) ? -errno : 0; }

static inline int64_t sqlite_shim_read(int file, void *bytes, size_t count, int64_t offset) {
  ssize_t answer = pread(file, bytes, count, offset);
  return answer < 0 ? -errno : answer;
}

static inline int64_t sqlite_shim_write(int file, const void *bytes, size_t count, int64_t offset) {
  ssize_t answer = pwrite(file, bytes, count, offset);
  return answer < 0 ? -errno : answer;
}

static inline int sqlite_shim_process(void) { return (int)getpid(); }
static inline int sqlite_shim_would_block(void) { return -EWOULDBLOCK; }
static inline int sqlite_shim_exists_already(void) { return -EEXIST; }
static inline int sqlite_shim_is_missing(void) { return -ENOENT; }
static inline int sqlite_shim_is_broken(void) { return -EIO; }
static inline int sqlite_shim_is_full(void) { return -ENOSPC; }
static inline int sqlite_shim_is_no_file(void) { return -EISDIR; }
