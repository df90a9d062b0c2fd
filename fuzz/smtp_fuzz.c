/*
** What an SMTP server sends, cut into pieces by the input itself: whatever
** comes, each reply is whole, and in pieces it is the same as at once.
*/
#include <stdlib.h>
#include <string.h>

#include "mail/smtp_client.h"
#include "wire/smtp_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct sat_smtp_client *c) {
  struct sat_error err = {0};
  for (int i = 0; i < 20; i++)
    if (sat_smtp_client_command(c, "NOOP", 4, &err) < 0) abort();
  sat_buf_clear(&c->out);
}

static unsigned words(const struct sat_smtp_reply *r) {
  unsigned n = 0;
  for (size_t i = 0; i < r->line_n; i++) {
    struct sat_bytes line = r->lines[i], word;
    while (sat_smtp_word(&line, &word)) n += sat_smtp_is_keyword(word) + 1u;
  }
  return n;
}

/* the sum of what was read; 'step' bytes come at a time */
static unsigned read_all(const uint8_t *data, size_t size, size_t step) {
  struct sat_smtp_client c;
  struct sat_smtp_reply r;
  struct sat_error err = {0};
  unsigned sum = 0;
  size_t at = 0, came = 0;
  bool asked;
  long used = 0;
  sat_smtp_client_init(&c, NULL);
  ask(&c);
  while (used >= 0 && came < size) {
    came = size - came < step ? size : came + step;
    while ((used = sat_smtp_client_read(&c, data + at, came - at, &r, &asked,
                                        &err)) > 0) {
      if ((size_t)used > came - at || r.line_n == 0) abort();
      at += (size_t)used;
      sum = sum * 31 + r.code + r.status[1] + words(&r);
    }
  }
  sat_smtp_client_clear(&c);
  return sum * 31 + (used < 0);
}

static void write_all(const uint8_t *data, size_t size) {
  struct sat_buf whole = {0}, cut = {0};
  struct sat_dots_writer a = {.stuff = true}, b = {.stuff = true};
  sat_dots_write(&a, &whole, data, size);
  sat_dots_end(&a, &whole);
  for (size_t i = 0; i < size; i++) sat_dots_write(&b, &cut, data + i, 1);
  sat_dots_end(&b, &cut);
  if (whole.n != cut.n || memcmp(whole.p, cut.p, cut.n) != 0) abort();
  sat_buf_free(&whole);
  sat_buf_free(&cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sat_error err = {0};
  struct sat_buf out = {0};
  if (read_all(data, size, size + 1) != read_all(data, size, 1)) abort();
  write_all(data, size);
  sat_smtp_path_check((const char *)data, size, &err);
  sat_smtp_xtext(&out, (const char *)data, size);
  sat_smtp_orcpt(&out, (const char *)data, size);
  sat_buf_free(&out);
  return 0;
}
