/*
** Answers of POP3 (RFC 1939 3, RFC 2449 3 and 8): the status line, and the
** lines of a listing.  Slices point into the input.
*/
#ifndef sat_pop3_h
#define sat_pop3_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* Bounds for what a server sends; 0: the default. */
struct sat_pop3_limits {
  size_t line;    /* bytes of a status line, and of one of a listing */
  size_t message; /* bytes of one message or listing */
};

/* RFC 2449 4 has 512 bytes for a status line; challenges are longer */
#define SAT_POP3_LINE 16384
#define SAT_POP3_MESSAGE ((size_t)256 << 20)

enum sat_pop3_status { SAT_POP3_OK, SAT_POP3_ERR, SAT_POP3_CHALLENGE };

struct sat_pop3_answer {
  enum sat_pop3_status status;
  struct sat_bytes text; /* behind the status and the code */
  struct sat_bytes code; /* "IN-USE", "SYS/TEMP" (RFC 2449 8), or empty */
};

/* Where the line that begins at p ends: its length with CRLF, 0 if more is
** needed, -1 if it is too long or ends without CR.  *seen is how far the
** last call looked; it is 0 for a new line. */
long sat_pop3_line(const uint8_t *p, size_t n, size_t *seen, size_t most,
                   struct sat_error *err);

/* One status line with its CRLF.  "+ " is a challenge (RFC 5034 4). */
int sat_pop3_answer_read(const uint8_t *p, size_t n,
                         struct sat_pop3_answer *answer_r,
                         struct sat_error *err);

/* "msg size": a line of LIST, or the text of STAT, where the first number
** counts.  What follows the second number is ignored (RFC 1939 5). */
int sat_pop3_numbers(struct sat_bytes line, uint64_t *first_r,
                     uint64_t *second_r, struct sat_error *err);

/* "msg unique-id": the id has no space nor control character; RFC 1939 7
** has at most 70 bytes, and servers have more: QUIRKS 21. */
int sat_pop3_uidl(struct sat_bytes line, uint64_t *number_r,
                  struct sat_bytes *uid_r, struct sat_error *err);

/* The timestamp of a greeting that APOP needs (RFC 1939 7), with its
** brackets; false if there is none. */
bool sat_pop3_timestamp(struct sat_bytes greeting, struct sat_bytes *stamp_r);

#endif
