#include "base/filetime.h"

#define TICKS 10000000            /* in a second */
#define EPOCH INT64_C(11644473600) /* seconds from 1601 to 1970 */

int64_t sat_filetime_to_unix(uint64_t filetime) {
  return (int64_t)(filetime / TICKS) - EPOCH;
}

uint64_t sat_filetime_from_unix(int64_t seconds) {
  if (seconds <= -EPOCH) return 0;
  if (seconds > (int64_t)(UINT64_MAX / TICKS / 2)) return UINT64_MAX / 2;
  return (uint64_t)(seconds + EPOCH) * TICKS;
}
