/*
** Responses of an IMAP server: split in one piece or in two they end at the
** same places; what the parser takes it prints in a form that is parsed and
** printed to the same bytes.
*/
#include <string.h>

#include "wire/imap_response.h"
#include "wire/imap_split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* small, so that they are met */
static const struct sat_imap_splitter limits = {
    .max_line = 4096, .max_literal = 2048, .max_response = 8192};

/* what was printed is parsed to what is printed */
static void parse_again(const struct sat_buf *first,
                        const struct sat_imap_options *options) {
  struct sat_arena arena = {.limit = 16 << 20};
  struct sat_buf second = {0};
  struct sat_error err = {0};
  struct sat_imap_response r;
  if (sat_imap_parse(first->p, first->n, options, &arena, &err, &r) < 0)
    __builtin_trap();
  sat_imap_print(&second, &r);
  if (second.failed || second.n != first->n ||
      memcmp(first->p, second.p, first->n) != 0)
    __builtin_trap();
  sat_buf_free(&second);
  sat_arena_reset(&arena);
}

static void parse(const uint8_t *p, size_t n, bool utf8) {
  struct sat_imap_options options = {.utf8 = utf8, .max_depth = 20};
  struct sat_arena arena = {.limit = 16 << 20};
  struct sat_buf text = {0};
  struct sat_error err = {0};
  struct sat_imap_response r;
  int result = sat_imap_parse(p, n, &options, &arena, &err, &r);
  if ((result < 0) != (err.kind != SAT_OK)) __builtin_trap();
  if (result == 0) {
    sat_imap_print(&text, &r);
    if (text.failed) __builtin_trap();
    parse_again(&text, &options);
  }
  sat_buf_free(&text);
  sat_arena_reset(&arena);
}

/* the same response whether its first bytes came alone or not */
static void split_in_two(const uint8_t *p, size_t n, size_t cut,
                         ssize_t length) {
  struct sat_imap_splitter s = limits;
  ssize_t k = sat_imap_split(&s, p, cut);
  if (k == 0 && s.need == 0) __builtin_trap();
  if (k == 0) k = sat_imap_split(&s, p, n);
  if (k != length) __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sat_imap_splitter s = limits;
  size_t cut = size > 0 ? data[0] : 0;
  const uint8_t *p = data + (size > 0), *end = data + size;
  while (p < end) {
    size_t n = (size_t)(end - p);
    ssize_t k = sat_imap_split(&s, p, n);
    if (k < 0 || (size_t)k > n) break;
    split_in_two(p, n, cut < n ? cut : n, k);
    if (k == 0) break;
    parse(p, (size_t)k, cut & 1);
    p += k;
  }
  parse(data + (size > 0), (size_t)(end - data) - (size > 0), false);
  return 0;
}
