/*
** The body of a MAPI/HTTP answer ([MS-OXCMAPIHTTP] 2.2.2.2): lines with
** meta-tags (PROCESSING and PENDING while the server works, then DONE), lines
** with additional headers, an empty line, and the response body proper.
**
** Everything found points into the bytes that were parsed.
*/
#ifndef sat_mapi_envelope_h
#define sat_mapi_envelope_h

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

#define SAT_MAPI_HEADERS 48 /* most headers that one answer may have */

struct sat_mapi_header {
  struct sat_bytes name, value; /* without the blanks around the value */
};

struct sat_mapi_envelope {
  unsigned processing, pending; /* how many of these meta-tags came */
  struct sat_mapi_header headers[SAT_MAPI_HEADERS];
  size_t n;
  struct sat_bytes body;
};

/* 0, or -1 with the error: of kind "network" when the bytes end too early
** (the server was cut off at work), else "protocol". */
int sat_mapi_envelope_parse(const void *p, size_t n,
                            struct sat_mapi_envelope *e_r,
                            struct sat_error *err);

/* ASCII letters compare without case. */
int sat_mapi_same(struct sat_bytes a, const char *b);

#endif
