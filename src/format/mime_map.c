#include "format/mime_map.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

void sat_map_forget(const char *p, size_t n) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t from = ((uintptr_t)p + page - 1) / page * page;
  uintptr_t to = ((uintptr_t)p + n) / page * page;
  if (to > from) madvise((void *)from, to - from, MADV_DONTNEED);
}
