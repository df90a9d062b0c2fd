/*
** Responses of an IMAP server: split in one piece or in two they end at the
** same places; what the parser takes it prints in a form that is parsed and
** printed to the same bytes; what it refuses is broken, and then ends as a
** response can, or an error.
*/
#include <string.h>

#include "wire/imap_broken.h"
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

/* the only responses that may be broken: untagged, and not torn apart */
static void check_broken(const struct sat_imap_response *r, const uint8_t *p,
                         size_t n) {
  const struct sat_imap_broken *o = &r->u.broken;
  if (o->name.n == 0 || o->why.n == 0 || o->raw.p != p || o->raw.n > n ||
      p[0] != '*')
    __builtin_trap();
  for (n -= 2; o->fetch != NULL && n > 0 && p[n - 1] == ' ';) n--;
  if (o->fetch != NULL && p[n - 1] != ')') __builtin_trap();
}

/* Nothing that the parser takes is broken; what may be has no error. */
static void read(const uint8_t *p, size_t n) {
  struct sat_imap_options options = {.max_depth = 20};
  struct sat_arena arena = {.limit = 16 << 20};
  struct sat_error err = {0}, other = {0};
  struct sat_buf text = {0};
  struct sat_imap_response r;
  bool taken = sat_imap_parse(p, n, &options, &arena, &other, &r) == 0;
  int result = sat_imap_read(p, n, &options, &arena, &err, &r);
  if ((result < 0) != (err.kind != SAT_OK)) __builtin_trap();
  if (taken && (result < 0 || r.type == SAT_IMAP_BROKEN)) __builtin_trap();
  if (!taken && result == 0 && r.type != SAT_IMAP_BROKEN) __builtin_trap();
  if (!taken && result == 0) check_broken(&r, p, n);
  if (result == 0) sat_imap_print(&text, &r);
  sat_buf_free(&text);
  /* as much of it as there is */
  sat_imap_salvage(p, n / 2, &options, &arena, &other, &r);
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
    read(p, (size_t)k);
    p += k;
  }
  p = data + (size > 0);
  parse(p, (size_t)(end - p), false);
  read(p, (size_t)(end - p));
  return 0;
}
