/*
** The commands of an IMAP client in flight (RFC 9051 2.2, 5.5): gives each
** its tag, says their bytes as far as the server lets it, splits and parses
** what comes back, and tells which command an answer completes.  It does no
** I/O: bytes in, bytes out.
**
** Invariant: a command is in 'commands' from its last byte being queued until
** its tagged response; answers are only taken for commands whose first byte
** went out.  Errors are sticky: after one the connection is of no use.
*/
#ifndef sat_imap_queue_h
#define sat_imap_queue_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "mail/imap_output.h"
#include "wire/imap_broken.h"
#include "wire/imap_split.h"

/* how the server takes literals (RFC 9051 4.3, RFC 7888) */
enum sat_imap_literals {
  SAT_IMAP_SYNC,   /* each waits for "+" */
  SAT_IMAP_MINUS,  /* those of at most 4096 bytes do not wait */
  SAT_IMAP_PLUS    /* none waits */
};

#define SAT_IMAP_MINUS_MAX 4096

struct sat_imap_command {
  uint32_t number;  /* its tag is "A" and this */
  uint64_t begin;   /* the place of its first byte */
  uint64_t end;     /* and that behind its last */
};

struct sat_imap_queue {
  /* to be set by the owner at any time between commands */
  enum sat_imap_literals literals;
  struct sat_imap_options parse;
  struct sat_imap_splitter split; /* its limits */

  struct sat_imap_output out;
  struct sat_imap_command *commands; /* oldest first */
  size_t n, cap;
  uint32_t last;          /* number of the last tag */
  uint64_t begin;         /* of the command under construction */
  bool building;
  uint32_t dialogue;      /* the command that takes lines; 0: none */
  struct sat_arena arena; /* of the last response */
  struct sat_error err;
};

void sat_imap_queue_free(struct sat_imap_queue *q);

/*
** Saying.  A command is built between begin and end; what CR, LF and NUL must
** not be in is refused by kind "invalid" in 'err', and then the command is
** taken back: the queue is as before.  Anything else is sticky in the queue.
*/

/* Starts a command: its number, or 0 after an error. */
uint32_t sat_imap_queue_begin(struct sat_imap_queue *q,
                              struct sat_error *err);

int sat_imap_queue_text(struct sat_imap_queue *q, const void *p, size_t n,
                        struct sat_error *err);

/* A literal (RFC 9051 4.3); binary: literal8 (RFC 3516 4.4), the only kind
** that may have NULs. */
int sat_imap_queue_literal(struct sat_imap_queue *q, const void *p, size_t n,
                           bool binary, struct sat_error *err);

/* A literal whose bytes come by sat_imap_queue_supply. */
int sat_imap_queue_promise(struct sat_imap_queue *q, uint64_t n, bool binary,
                           struct sat_error *err);

/* dialogue: the server asks for lines with "+" before it completes the
** command (AUTHENTICATE, IDLE), and nothing else can be said meanwhile. */
int sat_imap_queue_end(struct sat_imap_queue *q, bool dialogue,
                       struct sat_error *err);

/* Takes the command under construction back. */
void sat_imap_queue_abandon(struct sat_imap_queue *q);

/* A line within a dialogue; last: commands may follow it (DONE). */
int sat_imap_queue_line(struct sat_imap_queue *q, const void *p, size_t n,
                        bool last, struct sat_error *err);

/* bytes of a promised literal that may be supplied now */
uint64_t sat_imap_queue_wants(const struct sat_imap_queue *q);
int sat_imap_queue_supply(struct sat_imap_queue *q, const void *p, size_t n,
                          struct sat_error *err);

/* Bytes for the server; tell by _taken what was taken. */
size_t sat_imap_queue_show(const struct sat_imap_queue *q,
                           const uint8_t **p_r);
void sat_imap_queue_taken(struct sat_imap_queue *q, size_t n);

/* The oldest command of which some bytes have not gone out, as all behind it;
** 0: none.  held: of what was taken last some bytes have not, either. */
uint32_t sat_imap_queue_unsent(const struct sat_imap_queue *q, bool held);

/*
** Hearing
*/
struct sat_imap_event {
  /* until the next call; after -1 the one that was refused, if it is known
  ** which it is: wire/imap_broken.h */
  const struct sat_imap_response *response;
  uint32_t completed;  /* the command that it completes; 0: none */
  bool consumed;       /* a "+" that let a literal go */
  size_t size;         /* its bytes: skip them when it has been looked at */
};

/* Reads the response that p[0..n) begins with: 1; 0: more bytes are needed
** (q->split.need at least); -1: see q->err. */
int sat_imap_queue_read(struct sat_imap_queue *q, const void *p, size_t n,
                        struct sat_imap_event *event_r);

#endif
