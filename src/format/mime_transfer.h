/*
** Content-Transfer-Encoding (RFC 2045 6), both ways, in pieces cut anywhere.
** Decoders take what they get: characters that do not belong are passed
** over, an encoding that is cut off gives what was there.  What is encoded as
** plain gets the line ends of mail, whatever it had.
*/
#ifndef sat_mime_transfer_h
#define sat_mime_transfer_h

#include <stdint.h>

#include "base/buf.h"
#include "format/mime_slice.h"

enum sat_transfer {
  SAT_TRANSFER_PLAIN, /* 7bit, 8bit, binary, and what is unknown */
  SAT_TRANSFER_BASE64,
  SAT_TRANSFER_QUOTED,
  SAT_TRANSFER_UUENCODE
};

/* "base64", " Quoted-Printable ", "x-uuencode", … */
enum sat_transfer sat_transfer_of(struct sat_slice name);

/* base64; '=' ends a group and the line, and another may follow */
struct sat_base64 {
  uint32_t bits;
  unsigned count; /* of the characters in `bits` */
  bool ended;     /* to the end of the line */
};

void sat_base64_feed(struct sat_base64 *b, struct sat_buf *out, const char *p,
                     size_t n);

/* counts what sat_base64_feed makes of pieces, without making it */
struct sat_base64_count {
  size_t groups, size; /* characters of the open group, bytes of the others */
  bool ended;
};

void sat_base64_count(struct sat_base64_count *c, const char *p, size_t n);
size_t sat_base64_size(const struct sat_base64_count *c);

/* a decoder or encoder; zeroed but for the kind it is at its start */
struct sat_transfer_state {
  enum sat_transfer kind;
  bool encode;
  struct sat_base64 base64;
  char held[80]; /* what the next piece decides about */
  unsigned held_n, column;
  bool begun, ended;
  bool high; /* an encoder has got bytes above 127 */
};

void sat_transfer_feed(struct sat_transfer_state *t, struct sat_buf *out,
                       const char *p, size_t n);
void sat_transfer_finish(struct sat_transfer_state *t, struct sat_buf *out);

#endif
