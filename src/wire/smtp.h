/*
** Replies of SMTP (RFC 5321 4.2) and LMTP (RFC 2033), the enhanced status
** codes in them (RFC 2034, 3463) and what EHLO says (RFC 5321 4.1.1.1).
**
** The splitter finds where a reply ends in a window that grows, and looks at
** no byte twice; it is the only part that can be cut anywhere.  The parser
** takes a whole reply.  Slices point into the input.
*/
#ifndef sat_smtp_h
#define sat_smtp_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* Bounds for what a server sends; 0: the default.  RFC 5321 4.5.3.1.5 has
** 512 bytes for a line; challenges of RFC 4954 4 may have 12288. */
struct sat_smtp_limits {
  size_t line;  /* bytes of one line with its CRLF */
  size_t reply; /* bytes of all lines of a reply */
};

#define SAT_SMTP_LINE 16384
#define SAT_SMTP_REPLY 131072

/* Permanent are the limits; the rest is reset by each reply that ends. */
struct sat_smtp_split {
  struct sat_smtp_limits limits;
  size_t line;   /* where the current line begins */
  size_t seen;   /* bytes looked at */
  unsigned code; /* of the lines so far; 0: none */
};

/* p is the first byte of a reply, the same one until it has ended; n grows.
** Returns the length of the whole reply, 0 if more is needed, -1 after
** recording what is wrong. */
long sat_smtp_split(struct sat_smtp_split *s, const uint8_t *p, size_t n,
                    struct sat_error *err);

/* One reply.  The lines are without their codes; 'status' is x.y.z, or zeros
** where the reply has none: RFC 2034 4 puts it before the text of each
** line, from which it is taken off. */
struct sat_smtp_reply {
  unsigned code;
  unsigned status[3];
  struct sat_bytes *lines;
  size_t line_n; /* at least 1 */
};

/* Reads one whole reply, which is as long as the splitter says. */
int sat_smtp_reply_read(const uint8_t *p, size_t n, struct sat_arena *arena,
                        struct sat_smtp_reply *reply_r,
                        struct sat_error *err);

/* Takes the next word off a line of EHLO: the keyword first, then its
** parameters.  False at the end of the line. */
bool sat_smtp_word(struct sat_bytes *line, struct sat_bytes *word_r);

/* The keyword of a line of EHLO is letters, digits and hyphens. */
bool sat_smtp_is_keyword(struct sat_bytes word);

#endif
