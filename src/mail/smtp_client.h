/*
** The client's side of SMTP and LMTP as bytes: commands and content go into
** 'out', what the server sent comes in by sat_smtp_client_read.  No sockets,
** no waiting, no policy.
**
** Invariant: 'expected' replies are still to come for what was written, in
** the order of writing.  A reply beyond them is 421 (RFC 5321 3.8: a server
** may say so at any time), or comes while content is being sent; anything
** else was not asked for, and the connection is good for nothing more.
*/
#ifndef sat_smtp_client_h
#define sat_smtp_client_h

#include "base/arena.h"
#include "wire/dots.h"
#include "wire/smtp.h"

/* bytes of a command without CRLF: RFC 4954 4 has 12288 for AUTH */
#define SAT_SMTP_COMMAND 12288

struct sat_smtp_client {
  struct sat_buf out;     /* to be written, and cleared, by the owner */
  unsigned expected;      /* replies */
  bool data;              /* between sat_smtp_client_data and _data_end */
  bool closing;           /* the server said 421 */
  bool challenge;         /* it said 334: an answer is due, maybe empty */
  struct sat_smtp_split split;
  struct sat_dots_writer dots;
  struct sat_arena arena; /* of the last reply */
};

/* The greeting is expected at first. */
void sat_smtp_client_init(struct sat_smtp_client *c,
                          const struct sat_smtp_limits *limits);
void sat_smtp_client_clear(struct sat_smtp_client *c);

/* One command, or answer to a challenge, without its CRLF.  -1: it has a CR,
** LF or NUL, is too long, or content is being sent. */
int sat_smtp_client_command(struct sat_smtp_client *c, const char *line,
                            size_t n, struct sat_error *err);

/* Content after the 354 of DATA; ended by _data_end, upon which 'replies'
** come: 1, or one for each recipient (RFC 2033 4.2). */
int sat_smtp_client_data(struct sat_smtp_client *c, struct sat_error *err);
int sat_smtp_client_put(struct sat_smtp_client *c, const void *p, size_t n,
                        struct sat_error *err);
int sat_smtp_client_data_end(struct sat_smtp_client *c, unsigned replies,
                             struct sat_error *err);

/* A chunk of content as it is (RFC 3030 2). */
int sat_smtp_client_chunk(struct sat_smtp_client *c, const void *p, size_t n,
                          bool last, unsigned replies, struct sat_error *err);

/* Takes one reply off the bytes that have come and are not consumed.  The
** bytes consumed; 0 if more are needed; -1 after recording an error.
** *asked_r is false for a reply beyond those expected.  The reply lasts until
** the next call, as the bytes do. */
long sat_smtp_client_read(struct sat_smtp_client *c, const uint8_t *p,
                          size_t n, struct sat_smtp_reply *reply_r,
                          bool *asked_r, struct sat_error *err);

#endif
