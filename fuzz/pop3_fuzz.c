/*
** What a POP3 server sends: whatever comes, in pieces it is the same as at
** once, and the lines of listings are read or refused.
*/
#include <stdlib.h>

#include "mail/pop3_client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct sat_pop3_client *c) {
  struct sat_error err = {0};
  for (int i = 0; i < 20; i++)
    if (sat_pop3_client_command(c, "RETR 1", 6, i % 2, &err) < 0) abort();
  sat_buf_clear(&c->out);
}

static unsigned sum_of(const struct sat_pop3_client *c, int event,
                       unsigned sum) {
  const struct sat_pop3_answer *a = &c->answer;
  struct sat_bytes stamp;
  if (event == SAT_POP3_TEXT) {
    for (size_t i = 0; i < c->text.n; i++) sum = sum * 31 + c->text.p[i];
    return sum;
  }
  sum = sum * 31 + (unsigned)event;
  if (event != SAT_POP3_ANSWER) return sum;
  sum += sat_pop3_timestamp(a->text, &stamp);
  return sum * 31 + a->text.n + a->code.n * 7;
}

static unsigned read_all(const uint8_t *data, size_t size, size_t step) {
  struct sat_pop3_client c;
  struct sat_error err = {0};
  unsigned sum = 0;
  size_t at = 0, came = 0, used;
  int event = 0;
  sat_pop3_client_init(&c, NULL);
  ask(&c);
  while (event >= 0 && came < size) {
    came = size - came < step ? size : came + step;
    do {
      event = sat_pop3_client_read(&c, data + at, came - at, &used, &err);
      if (used > came - at) abort();
      at += used;
      if (event > 0) sum = sum_of(&c, event, sum);
    } while (event > 0);
  }
  sat_pop3_client_clear(&c);
  return sum * 31 + (event < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct sat_bytes line = {data, (uint32_t)size}, uid;
  struct sat_error err = {0};
  uint64_t a, b;
  if (read_all(data, size, size + 1) != read_all(data, size, 1)) abort();
  sat_pop3_numbers(line, &a, &b, &err);
  sat_pop3_uidl(line, &a, &uid, &err);
  return 0;
}
