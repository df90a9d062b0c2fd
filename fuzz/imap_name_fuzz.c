/*
** Names, keywords and sets of IMAP: what is decoded is encoded to the same
** bytes, and the other way round; a set that is spread and written again has
** the same numbers.
*/
#include <string.h>

#include "base/text.h"
#include "wire/imap_quote.h"
#include "wire/imap_set.h"
#include "wire/imap_utf7.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode(enum sat_imap_utf7 form, const char *s, size_t n) {
  struct sat_buf name = {0}, again = {0};
  char *out = (char *)sat_buf_reserve(&name, SAT_IMAP_UTF7_ROOM(n));
  ssize_t k = sat_imap_utf7_decode(out, form, s, n);
  if (k >= 0) {
    if ((size_t)k > SAT_IMAP_UTF7_ROOM(n)) __builtin_trap();
    if (!sat_text_is_utf8(out, (size_t)k)) __builtin_trap();
    if (!sat_imap_utf7_encode(&again, form, out, (size_t)k)) __builtin_trap();
    if (again.n != n || (n > 0 && memcmp(again.p, s, n) != 0))
      __builtin_trap();
  }
  sat_buf_free(&name);
  sat_buf_free(&again);
}

static void encode(enum sat_imap_utf7 form, const char *s, size_t n) {
  struct sat_buf text = {0}, again = {0};
  if (sat_imap_utf7_encode(&text, form, s, n)) {
    size_t room = SAT_IMAP_UTF7_ROOM(text.n);
    char *out = (char *)sat_buf_reserve(&again, room);
    ssize_t k = sat_imap_utf7_decode(out, form, (char *)text.p, text.n);
    if (k < 0 || (size_t)k != n || memcmp(out, s, n) != 0) __builtin_trap();
  }
  sat_buf_free(&text);
  sat_buf_free(&again);
}

#define SPREAD 1000

/* the numbers of a set, up to SPREAD; how many, or -1 */
static int spread(const char *p, size_t n, uint32_t *v) {
  const char *end = p + n;
  struct sat_imap_range r;
  size_t count = 0;
  int k;
  while ((k = sat_imap_set_next(&p, end, &r)) > 0) {
    if (r.first == 0 || r.last == 0 || r.last < r.first) return -1;
    if (r.last - r.first >= SPREAD - count) return -1;
    for (uint32_t i = 0; i <= r.last - r.first; i++) v[count++] = r.first + i;
  }
  return k == 0 ? (int)count : -1;
}

static void check_set(const char *s, size_t n) {
  uint32_t v[SPREAD], w[SPREAD];
  struct sat_buf text = {0};
  int count = spread(s, n, v);
  if (count > 0) {
    size_t done = sat_imap_set_print(&text, v, (size_t)count, 0);
    if (done != (size_t)count) __builtin_trap();
    if (spread((char *)text.p, text.n, w) != count) __builtin_trap();
    if (memcmp(v, w, (size_t)count * sizeof *v) != 0) __builtin_trap();
    done = sat_imap_set_sort(v, (size_t)count);
    for (size_t i = 1; i < done; i++)
      if (v[i] <= v[i - 1]) __builtin_trap();
  }
  sat_buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *s = (const char *)data;
  struct sat_buf quoted = {0};
  decode(SAT_IMAP_UTF7_NAME, s, size);
  decode(SAT_IMAP_UTF7_KEYWORD, s, size);
  encode(SAT_IMAP_UTF7_NAME, s, size);
  encode(SAT_IMAP_UTF7_KEYWORD, s, size);
  check_set(s, size);
  sat_imap_quote(&quoted, s, size, size & 1);
  sat_buf_free(&quoted);
  return 0;
}
