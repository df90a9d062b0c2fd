/*
** The client's side of POP3 as bytes: commands go into 'out', what the server
** sent comes in by sat_pop3_client_read, as events.  No sockets, no waiting.
**
** Invariant: 'waiting' has one byte for each command whose answer has not
** begun, in order: whether lines follow a +OK.  Anything that comes when
** none is waiting was not asked for.
*/
#ifndef sat_pop3_client_h
#define sat_pop3_client_h

#include "wire/dots.h"
#include "wire/pop3.h"

/* bytes of a command without CRLF: RFC 2449 4 has 255, RFC 5034 4 more for
** the answers of an AUTH exchange */
#define SAT_POP3_COMMAND 12288

enum sat_pop3_event {
  SAT_POP3_MORE,   /* nothing yet: more bytes are needed */
  SAT_POP3_ANSWER, /* a status line: 'answer' */
  SAT_POP3_TEXT,   /* more of what follows it: 'text', until the next call */
  SAT_POP3_END     /* all of it has come */
};

struct sat_pop3_client {
  struct sat_buf out;  /* to be written, and cleared, by the owner */
  struct sat_buf text; /* without the stuffing of dots */
  struct sat_pop3_answer answer;
  struct sat_pop3_limits limits;
  struct sat_buf waiting;
  size_t head;    /* the first in 'waiting' */
  bool inside;    /* lines follow the last answer */
  bool challenge; /* the last answer was a challenge: a reply is due */
  size_t seen;    /* of a status line */
  size_t got;     /* bytes of the lines so far */
  struct sat_dots_reader dots;
};

/* The greeting is expected at first. */
void sat_pop3_client_init(struct sat_pop3_client *c,
                          const struct sat_pop3_limits *limits);
void sat_pop3_client_clear(struct sat_pop3_client *c);

/* One command, or one answer to a challenge, without its CRLF.  -1: it has a
** CR, LF or NUL, or is too long. */
int sat_pop3_client_command(struct sat_pop3_client *c, const char *line,
                            size_t n, bool lines_follow,
                            struct sat_error *err);

/* answers that have not ended */
size_t sat_pop3_client_expected(const struct sat_pop3_client *c);

/* Takes one event off the bytes that have come and are not consumed: an
** enum sat_pop3_event, or -1 after recording an error.  *used_r are the bytes
** consumed, also where more are needed.  An answer lasts as long as the bytes
** do. */
int sat_pop3_client_read(struct sat_pop3_client *c, const uint8_t *p,
                         size_t n, size_t *used_r, struct sat_error *err);

#endif
