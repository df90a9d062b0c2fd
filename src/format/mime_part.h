/*
** The tree of a message (RFC 2045, RFC 2046 5.1) over bytes that stay where
** they are: a part is slices of them.  Reading it is one pass over the lines,
** and what it allocates is bounded by the limits, whatever the message says.
**
** The tree of a broken message is what its sender can have meant: a boundary
** that is not declared is found, one that never comes makes text of the
** part, one that is not closed ends with the part around it.  What was wrong
** is noted in `flaws`.
**
** A message within a message is a leaf: it is read when asked for.
**
** GMime's parser is not used for this, for it bounds neither the number of
** parts and fields nor the memory they take: 20 MB of empty parts are
** 4 million objects.  It also copies what is here only pointed to.
*/
#ifndef sat_mime_part_h
#define sat_mime_part_h

#include "format/mime_header.h"
#include "format/mime_param.h"
#include "format/mime_transfer.h"

struct sat_mime_limits { /* 0 takes the default */
  unsigned depth;        /* of multiparts in each other */
  size_t parts;          /* of the whole tree */
  size_t headers;        /* fields of a part that are looked at */
};

#define SAT_MIME_DEPTH 64
#define SAT_MIME_PARTS 10000
#define SAT_MIME_HEADERS 2000

enum sat_mime_flaw {
  SAT_FLAW_NO_BOUNDARY = 1,    /* a multipart declares none */
  SAT_FLAW_LOST_BOUNDARY = 2,  /* the declared one never comes */
  SAT_FLAW_NOT_CLOSED = 4,     /* no closing boundary */
  SAT_FLAW_LIMIT = 8,          /* a limit cut the tree */
  SAT_FLAW_TRANSFER = 16,      /* the content is not in its declared coding */
  SAT_FLAW_NO_HEADER = 32      /* it begins with no field */
};

struct sat_mime_part {
  struct sat_headers headers;
  struct sat_slice content_type;     /* value; p is NULL: none */
  struct sat_media_type media;       /* as declared, or the default */
  struct sat_slice disposition;      /* value of Content-Disposition */
  struct sat_slice body;             /* as it came, still encoded */
  enum sat_transfer transfer;
  unsigned depth;
  struct sat_mime_part *parent, *first, *next;
};

struct sat_mime_tree {
  struct sat_arena *arena;
  struct sat_mime_limits limits;
  struct sat_mime_part *root;
  size_t parts;
  unsigned flaws;
  bool mapped; /* the bytes are a file's (mime_map.h) */
};

/* Reads the message in p[0..n); 0, or -1 without memory. */
int sat_mime_tree_read(struct sat_mime_tree *t, const char *p, size_t n);

bool sat_mime_is(const struct sat_mime_part *part, const char *type,
                 const char *subtype); /* NULL: any */

/* the value of a field; p is NULL: none */
struct sat_slice sat_mime_field(const struct sat_mime_part *part,
                                const char *name);

/* message/rfc822 and message/global (RFC 6532) */
bool sat_mime_is_message(const struct sat_mime_part *part);

#endif
