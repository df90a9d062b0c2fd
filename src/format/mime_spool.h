/*
** Bytes that are written once and then read anywhere: in memory while they
** are few, above SAT_SPOOL_MEMORY in a temporary file without a name, so that
** a message of any size takes no memory.  Sticky: after a failure the error
** stays and writes are ignored.
*/
#ifndef sat_mime_spool_h
#define sat_mime_spool_h

#include "base/buf.h"
#include "base/error.h"

#define SAT_SPOOL_MEMORY ((size_t)1 << 20)

struct sat_spool {
  struct sat_buf memory; /* all, or what is not yet in the file */
  int fd;                /* 0: none */
  size_t size;
  const char *map;       /* of sat_spool_map; NULL: none */
  struct sat_error err;
};

void sat_spool_put(struct sat_spool *s, const void *p, size_t n);

/* Appends at most n bytes from that offset; 0, or -1. */
int sat_spool_read(struct sat_spool *s, size_t at, size_t n,
                   struct sat_buf *out);

/* All bytes, for as long as nothing is written; NULL on failure. */
const char *sat_spool_map(struct sat_spool *s);

void sat_spool_close(struct sat_spool *s);

#endif
