/*
** A message and the bytes it is read from: borrowed ones, a file that is
** mapped, or the decoded content of a part of another message.
*/
#ifndef sat_mime_message_h
#define sat_mime_message_h

#include "base/error.h"
#include "format/mime_item.h"
#include "format/mime_spool.h"

struct sat_message {
  unsigned refs;
  struct sat_message *outer; /* held: the bytes are its; NULL: none */
  struct sat_arena arena;
  struct sat_mime_item item;
  struct sat_slice bytes;
  void *map; /* of a file; NULL: none */
  size_t map_n;
  struct sat_spool spool; /* what it is read from, if it was decoded */
  struct sat_spool lines; /* a copy with other line ends */
};

struct sat_message *sat_message_new(struct sat_charsets *charsets,
                                    struct sat_mime_limits limits);

/* Reads from bytes that stay where they are as long as the message.  0, or
** -1 with the error recorded, as below. */
int sat_message_read(struct sat_message *m, const char *p, size_t n,
                     struct sat_error *err);

int sat_message_read_path(struct sat_message *m, const char *path,
                          struct sat_error *err);

/* a descriptor, which stays the caller's */
int sat_message_read_fd(struct sat_message *m, int fd, struct sat_error *err);

/* what is in a spool, which is empty then */
int sat_message_read_spool(struct sat_message *m, struct sat_spool *spool,
                           struct sat_error *err);

/* an attached message of `outer`, which is held */
int sat_message_read_part(struct sat_message *m, struct sat_message *outer,
                          const struct sat_mime_attachment *a,
                          struct sat_error *err);

/* Who reads the bytes of a message holds it: it goes with the last holder. */
struct sat_message *sat_message_hold(struct sat_message *m);
void sat_message_free(struct sat_message **m);

#endif
