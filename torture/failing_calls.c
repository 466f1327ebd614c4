/* Let the n-th call of a kind fail, in a process that arms this library; see failing_calls.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OFF, NO_SPACE, FULL, READ_ERROR, TOO_MANY, SHORT, NO_SYNC };
static int kind = OFF;
static long at = 0;
static atomic_long seen = 0;

void torture_arm(int which, long n) { at = n; seen = 0; kind = which; }
long torture_seen(void) { kind = OFF; return seen; }

/* Whether this call is the one; a full disk stays full. */
static int hit(void) {
  long number = atomic_fetch_add(&seen, 1) + 1;
  return at && (number == at || (kind == FULL && number > at));
}
/* Pipes and the like of libraries are no disk; neither are the standard streams. */
static int is_file(int fd) {
  struct stat found;
  return fd > 2 && !fstat(fd, &found) && S_ISREG(found.st_mode);
}
static int fails_with(int error) { errno = error; return -1; }
static int no_room(void) { return (kind == NO_SPACE || kind == FULL) && hit(); }

#define REAL(type, name, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = (type (*)(__VA_ARGS__)) dlsym(RTLD_NEXT, name)

#define WRITER(name, call, rest, ...) \
  ssize_t name(int fd, const void *data, size_t size __VA_ARGS__) { \
    REAL(ssize_t, #name, int, const void *, size_t __VA_ARGS__); \
    if (kind != OFF && is_file(fd) && no_room()) return fails_with(ENOSPC); \
    if (kind == SHORT && size > 1 && is_file(fd) && hit()) size /= 2; \
    return real(fd, data, size rest); \
  }
#define COMMA ,
WRITER(write, , , )
WRITER(pwrite, , COMMA offset, COMMA off_t offset)
WRITER(pwrite64, , COMMA offset, COMMA off64_t offset)

#define READER(name, rest, ...) \
  ssize_t name(int fd, void *data, size_t size __VA_ARGS__) { \
    REAL(ssize_t, #name, int, void *, size_t __VA_ARGS__); \
    if (kind == READ_ERROR && is_file(fd) && hit()) return fails_with(EIO); \
    return real(fd, data, size rest); \
  }
READER(read, , )
READER(pread, COMMA offset, COMMA off_t offset)
READER(pread64, COMMA offset, COMMA off64_t offset)

#define SYNC(name) \
  int name(int fd) { \
    REAL(int, #name, int); \
    if (kind == NO_SYNC && hit()) return fails_with(EIO); \
    return real(fd); \
  }
SYNC(fsync)
SYNC(fdatasync)

/* -1 where this opening must fail */
static int barred(int flags) {
  if (kind == TOO_MANY && hit()) return fails_with(EMFILE);
  if ((flags & O_CREAT) && no_room()) return fails_with(ENOSPC);
  return 0;
}
#define MODE \
  mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); \
  }
#define OPENER(name) \
  int name(const char *path, int flags, ...) { \
    REAL(int, #name, const char *, int, mode_t); \
    MODE \
    return barred(flags) ? -1 : real(path, flags, mode); \
  }
OPENER(open)
OPENER(open64)
#define OPENER_AT(name) \
  int name(int fd, const char *path, int flags, ...) { \
    REAL(int, #name, int, const char *, int, mode_t); \
    MODE \
    return barred(flags) ? -1 : real(fd, path, flags, mode); \
  }
OPENER_AT(openat)
OPENER_AT(openat64)

int mkdir(const char *path, mode_t mode) {
  REAL(int, "mkdir", const char *, mode_t);
  return no_room() ? fails_with(ENOSPC) : real(path, mode);
}
int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  return no_room() ? fails_with(ENOSPC) : real(from, to);
}
int link(const char *from, const char *to) {
  REAL(int, "link", const char *, const char *);
  return no_room() ? fails_with(ENOSPC) : real(from, to);
}
int ftruncate64(int fd, off64_t size) {
  REAL(int, "ftruncate64", int, off64_t);
  return no_room() ? fails_with(ENOSPC) : real(fd, size);
}
