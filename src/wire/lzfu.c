#include "wire/lzfu.h"

#include <stdlib.h>
#include <string.h>

#define COMPRESSED 0x75465a4cu   /* "LZFu" */
#define UNCOMPRESSED 0x414c454du /* "MELA" */
#define AFTER_SIZE 12u /* bytes of the header that COMPSIZE counts */
#define DICTIONARY 4096u
#define LEAST 2u
#define MOST 17u

/* [MS-OXRTFCP] 2.1.2.1: what the dictionary begins with */
static const char initial[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman "
    "\\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New "
    "RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0"
    "\\fs20\\b\\i\\u\\tab\\tx";
#define INITIAL (sizeof initial - 1)

/* [MS-OXRTFCP] 2.1.3.2: CRC-32 that begins with 0 and is not inverted */
static uint32_t checksum(const uint8_t *p, size_t n) {
  uint32_t crc = 0;
  for (size_t i = 0; i < n; i++) {
    crc ^= p[i];
    for (int bit = 0; bit < 8; bit++)
      crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
  }
  return crc;
}

/*
** Decoding
*/
struct decoder {
  struct sat_reader *r;
  struct sat_buf *out;
  uint8_t dictionary[DICTIONARY];
  size_t write;  /* where the next byte goes */
  size_t filled; /* bytes that have been written */
};

static void put_byte(struct decoder *d, uint8_t byte) {
  d->dictionary[d->write] = byte;
  d->write = (d->write + 1) % DICTIONARY;
  if (d->filled < DICTIONARY) d->filled++;
  sat_buf_u8(d->out, byte);
}

/* false at the reference that ends the data */
static bool put_reference(struct decoder *d) {
  uint32_t high = sat_reader_u8(d->r);
  uint32_t v = high << 8 | sat_reader_u8(d->r);
  size_t at = v >> 4, n = (v & 15) + LEAST;
  if (!sat_reader_ok(d->r) || at == d->write) return false;
  if (at >= d->filled) {
    sat_reader_fail(d->r, "reference to what is not there");
    return false;
  }
  for (; n > 0; n--, at = (at + 1) % DICTIONARY)
    put_byte(d, d->dictionary[at]);
  return true;
}

static bool read_run(struct decoder *d) {
  uint32_t control = sat_reader_u8(d->r);
  for (int bit = 0; bit < 8; bit++) {
    if (sat_reader_left(d->r) == 0) return false;
    if (!(control >> bit & 1)) put_byte(d, (uint8_t)sat_reader_u8(d->r));
    else if (!put_reference(d)) return false;
  }
  return !d->out->failed;
}

static void decompress(struct sat_reader *r, struct sat_buf *out) {
  struct decoder d = {.r = r, .out = out, .write = INITIAL, .filled = INITIAL};
  memcpy(d.dictionary, initial, INITIAL);
  while (sat_reader_left(r) > 0 && read_run(&d)) {
  }
}

static void read_contents(struct sat_reader *r, struct sat_buf *out,
                          uint32_t kind, uint32_t crc) {
  size_t n = sat_reader_left(r);
  if (kind == UNCOMPRESSED) {
    sat_buf_put(out, sat_reader_take(r, n), n);
  } else if (kind != COMPRESSED) {
    sat_reader_fail(r, "0x%08x is no kind of compressed RTF", kind);
  } else if (crc != checksum(r->p, n)) {
    sat_reader_fail(r, "checksum of compressed RTF is wrong");
  } else {
    decompress(r, out);
  }
}

int sat_lzfu_decode(struct sat_reader *r, struct sat_buf *out) {
  uint32_t size = sat_reader_u32(r), raw = sat_reader_u32(r);
  uint32_t kind = sat_reader_u32(r), crc = sat_reader_u32(r);
  size_t before = out->n;
  if (!sat_reader_ok(r)) return -1;
  if (size != sat_reader_left(r) + AFTER_SIZE)
    return sat_reader_fail(r, "size %u of compressed RTF, %zu are there",
                           size, sat_reader_left(r) + AFTER_SIZE);
  read_contents(r, out, kind, crc);
  if (out->failed)
    return sat_error_set(r->err, SAT_E_MEMORY, "not enough memory");
  if (sat_reader_ok(r) && out->n - before != raw)
    sat_reader_fail(r, "%zu bytes of RTF where %u were announced",
                    out->n - before, raw);
  return sat_reader_ok(r) ? 0 : -1;
}

/*
** Encoding.  Positions run through the initial dictionary and then the text;
** a position modulo DICTIONARY is its place in the dictionary.  Positions
** whose next two bytes are equal are chained, the most recent first.
*/
#define PAIRS 65536u
#define NOWHERE UINT32_MAX
#define CHAIN 256 /* places tried for each match */

struct encoder {
  struct sat_buf *out;
  const uint8_t *p;
  size_t at, end;     /* positions */
  size_t control_at;  /* where the control byte of this run stands */
  unsigned tokens;    /* in this run */
  uint32_t last[PAIRS];
  uint32_t before[DICTIONARY];
};

static uint8_t byte_at(const struct encoder *e, size_t at) {
  return at < INITIAL ? (uint8_t)initial[at] : e->p[at - INITIAL];
}

static size_t pair_at(const struct encoder *e, size_t at) {
  return (size_t)byte_at(e, at) << 8 | byte_at(e, at + 1);
}

static void remember(struct encoder *e, size_t at) {
  size_t pair;
  if (at + 1 >= e->end) return;
  pair = pair_at(e, at);
  e->before[at % DICTIONARY] = e->last[pair];
  e->last[pair] = (uint32_t)at;
}

static size_t common(const struct encoder *e, size_t from) {
  size_t n = 0, most = e->end - e->at;
  if (most > MOST) most = MOST;
  while (n < most && byte_at(e, from + n) == byte_at(e, e->at + n)) n++;
  return n;
}

/* the longest match, of equal ones the oldest */
static size_t find_match(const struct encoder *e, size_t *from_r) {
  size_t best = 0;
  uint32_t from;
  if (e->at + 1 >= e->end) return 0;
  from = e->last[pair_at(e, e->at)];
  for (int i = 0; i < CHAIN && from != NOWHERE; i++) {
    size_t n;
    if (e->at - from >= DICTIONARY) break;
    n = common(e, from);
    if (n >= best) {
      best = n;
      *from_r = from;
    }
    from = e->before[from % DICTIONARY];
  }
  return best >= LEAST ? best : 0;
}

static void put_token(struct encoder *e, bool reference) {
  if (e->tokens == 8) e->tokens = 0;
  if (e->tokens == 0) {
    e->control_at = e->out->n;
    sat_buf_u8(e->out, 0);
  }
  if (reference && !e->out->failed)
    e->out->p[e->control_at] |= (uint8_t)(1u << e->tokens);
  e->tokens++;
}

static void put_place(struct encoder *e, size_t at, size_t length) {
  uint32_t v = (uint32_t)(at % DICTIONARY << 4 | length);
  put_token(e, true);
  sat_buf_u8(e->out, v >> 8);
  sat_buf_u8(e->out, v & 0xff);
}

static void compress(struct encoder *e) {
  memset(e->last, 0xff, sizeof e->last);
  while (e->at < INITIAL) remember(e, e->at++);
  while (e->at < e->end && !e->out->failed) {
    size_t from = 0, n = find_match(e, &from);
    if (n > 0) {
      put_place(e, from, n - LEAST);
    } else {
      put_token(e, false);
      sat_buf_u8(e->out, byte_at(e, e->at));
      n = 1;
    }
    for (; n > 0; n--) remember(e, e->at++);
  }
  put_place(e, e->at, 0); /* a reference to the write position is the end */
}

static size_t put_header(struct sat_buf *out, uint32_t kind, size_t raw) {
  size_t at = out->n;
  sat_buf_u32(out, 0);
  sat_buf_int(out, raw, 4);
  sat_buf_u32(out, kind);
  sat_buf_u32(out, 0);
  return at;
}

static void finish(struct sat_buf *out, size_t header, bool checked) {
  size_t contents = header + 4 + AFTER_SIZE;
  if (out->failed) return;
  sat_buf_patch(out, header, out->n - header - 4, 4);
  if (checked)
    sat_buf_patch(out, header + 12,
                  checksum(out->p + contents, out->n - contents), 4);
}

void sat_lzfu_encode(struct sat_buf *out, const void *p, size_t n) {
  struct encoder *e = n < NOWHERE - INITIAL ? calloc(1, sizeof *e) : NULL;
  size_t header = put_header(out, COMPRESSED, n);
  if (e == NULL) {
    out->failed = true;
    return;
  }
  e->out = out;
  e->p = p;
  e->end = INITIAL + n;
  compress(e);
  finish(out, header, true);
  free(e);
}

void sat_lzfu_store(struct sat_buf *out, const void *p, size_t n) {
  size_t header = put_header(out, UNCOMPRESSED, n);
  sat_buf_put(out, p, n);
  finish(out, header, false);
}
