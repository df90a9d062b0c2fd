#include "base/filetime.h"

#define TICKS 10000000            /* in a second */
#define EPOCH INT64_C(11644473600) /* seconds from 1601 to 1970 */

int64_t sat_filetime_to_unix(uint64_t filetime) {
  return (int64_t)(filetime / TICKS) - EPOCH;
}
