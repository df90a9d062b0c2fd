/*
** The ROP buffer: one payload or several, each behind an RPC_HEADER_EXT
** ([MS-OXCRPC] 2.2.2.1, 3.1.4.2.1) that says how it is compressed and
** obfuscated; the last is marked.  A payload ([MS-OXCROPS] 2.2.1) is the size
** of its ROPs, the ROPs, and the table of server object handles.
*/
#ifndef sat_ropbuf_h
#define sat_ropbuf_h

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/reader.h"

/* RPC_HEADER_EXT Flags */
#define SAT_ROPBUF_COMPRESSED 0x0001
#define SAT_ROPBUF_XOR_MAGIC 0x0002
#define SAT_ROPBUF_LAST 0x0004

#define SAT_ROPBUF_MAX 0xffffu /* bytes of one payload that 16 bits can say */

struct sat_ropbuf {
  struct sat_bytes rops;
  const uint32_t *handles;
  uint32_t handle_count;
};

/* Appends n > 0 payloads.  'flags' may ask for compression (which is left
** out of a payload that it does not shorten) and for obfuscation.  Returns 0,
** or -1 if a payload is too large; the buffer has then failed. */
int sat_ropbuf_wrap(struct sat_buf *out, const struct sat_ropbuf *payloads,
                    uint32_t n, unsigned flags);

/* Reads all that is left in the reader, to the payload marked as the last.
** The payloads point into the input or into the reader's arena.  Returns 0,
** or -1 with the reader's error set. */
int sat_ropbuf_unwrap(struct sat_reader *r, struct sat_ropbuf **out_r,
                      uint32_t *n_r);

#endif
