/* A disk that forgets: for one file and its "-wal", the bytes that every write replaces are kept in a
 * journal until the file is flushed. After a kill, the test undoes what was never flushed, as a power cut
 * may. It can also be full, or fail to flush. Loaded before libc (LD_PRELOAD); see forgetful_disk.py.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 4096, FLUSHED = -1 };

struct record { /* followed by `length` bytes that stood at `offset` */
    int64_t file, offset, size, length;
};

static int which[FILES]; /* by descriptor: 0 not watched, 1 the file, 2 its log */
static int journal = -1;
static int64_t room = INT64_MAX;
static int failing_flushes = 0;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);

__attribute__((constructor)) static void begin(void) {
    real_open = dlsym(RTLD_NEXT, "open");
    real_close = dlsym(RTLD_NEXT, "close");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    journal = real_open(getenv("FORGETFUL_JOURNAL"), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (journal < 0) abort();
}

/* For the writing process itself, by ctypes. */
void disk_has_room_for(int64_t bytes) { room = bytes; }
void disk_fails_to_flush(int times) { failing_flushes = times; }

static int watched(int fd) { return fd >= 0 && fd < FILES ? which[fd] : 0; }

static int opened(int fd, const char *path) {
    const char *file = getenv("FORGETFUL_FILE");
    size_t length = strlen(file);
    if (fd < 0 || fd >= FILES) return fd;
    which[fd] = 0;
    if (strncmp(path, file, length) == 0) {
        if (path[length] == 0) which[fd] = 1;
        else if (strcmp(path + length, "-wal") == 0) which[fd] = 2;
    }
    return fd;
}

static void note(int fd, off_t offset, size_t length) {
    struct stat status;
    struct record *record = malloc(sizeof *record + length);
    if (!record || fstat(fd, &status)) abort();
    ssize_t old = length ? pread(fd, record + 1, length, offset) : 0;
    if (old < 0) abort();
    record->file = watched(fd);
    record->offset = offset;
    record->size = status.st_size;
    record->length = old;
    size_t whole = sizeof *record + old;
    if (write(journal, record, whole) != (ssize_t)whole) abort();
    free(record);
}

static int64_t growth(int fd, off_t end) {
    struct stat status;
    if (fstat(fd, &status)) abort();
    return end > status.st_size ? end - status.st_size : 0;
}

static ssize_t noted_write(int fd, const void *bytes, size_t count, off_t offset) {
    if (!watched(fd)) return real_pwrite(fd, bytes, count, offset);
    pthread_mutex_lock(&mutex);
    int64_t needed = growth(fd, offset + count);
    if (needed > room) {
        count = needed - room < (int64_t)count ? count - (needed - room) : 0;
        needed = count ? room : 0;
    }
    ssize_t written = -1;
    if (count) {
        note(fd, offset, count);
        room -= needed;
        written = real_pwrite(fd, bytes, count, offset);
    }
    pthread_mutex_unlock(&mutex);
    if (!count) errno = ENOSPC;
    return written;
}

static int noted_truncate(int fd, off_t size) {
    struct stat status;
    if (!watched(fd)) return real_ftruncate(fd, size);
    pthread_mutex_lock(&mutex);
    if (fstat(fd, &status)) abort();
    note(fd, size, status.st_size > size ? status.st_size - size : 0);
    int done = real_ftruncate(fd, size);
    pthread_mutex_unlock(&mutex);
    return done;
}

/* The journal is what counts here as reaching the disk, so the real flush is spared. */
static int noted_flush(int fd) {
    int file = watched(fd), failed = 0;
    if (!file) return 0;
    pthread_mutex_lock(&mutex);
    if (failing_flushes > 0) {
        failing_flushes--;
        failed = 1;
    } else {
        struct record record = {file, FLUSHED, 0, 0};
        if (write(journal, &record, sizeof record) != sizeof record) abort();
    }
    pthread_mutex_unlock(&mutex);
    if (failed) errno = EIO;
    return failed ? -1 : 0;
}

static int open_with_mode(const char *path, int flags, va_list more) {
    int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, int) : 0;
    return opened(real_open(path, flags, mode), path);
}

int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    int fd = open_with_mode(path, flags, more);
    va_end(more);
    return fd;
}

int open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    int fd = open_with_mode(path, flags | O_LARGEFILE, more);
    va_end(more);
    return fd;
}

int close(int fd) {
    if (fd >= 0 && fd < FILES) which[fd] = 0;
    return real_close(fd);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return noted_write(fd, bytes, count, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    return noted_write(fd, bytes, count, offset);
}
int ftruncate(int fd, off_t size) { return noted_truncate(fd, size); }
int ftruncate64(int fd, off64_t size) { return noted_truncate(fd, size); }
int fsync(int fd) { return noted_flush(fd); }
int fdatasync(int fd) { return noted_flush(fd); }
