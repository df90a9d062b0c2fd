#include "mail/pop3_client.h"

#include <string.h>

#include "mail/command_line.h"

static void expect(struct sat_pop3_client *c, bool lines_follow) {
  uint8_t flag = lines_follow;
  if (c->head == c->waiting.n) {
    sat_buf_clear(&c->waiting);
    c->head = 0;
  }
  sat_buf_put(&c->waiting, &flag, 1);
}

void sat_pop3_client_init(struct sat_pop3_client *c,
                          const struct sat_pop3_limits *limits) {
  memset(c, 0, sizeof *c);
  if (limits != NULL) c->limits = *limits;
  if (c->limits.line == 0) c->limits.line = SAT_POP3_LINE;
  if (c->limits.message == 0) c->limits.message = SAT_POP3_MESSAGE;
  expect(c, false);
}

void sat_pop3_client_clear(struct sat_pop3_client *c) {
  sat_buf_free(&c->out);
  sat_buf_free(&c->text);
  sat_buf_free(&c->waiting);
}

int sat_pop3_client_command(struct sat_pop3_client *c, const char *line,
                            size_t n, bool lines_follow,
                            struct sat_error *err) {
  if (sat_command_line(&c->out, line, n, SAT_POP3_COMMAND, c->challenge,
                       err) < 0)
    return -1;
  expect(c, lines_follow);
  if (c->out.failed || c->waiting.failed)
    return sat_error_set(err, SAT_E_MEMORY, "no memory");
  return 0;
}

size_t sat_pop3_client_expected(const struct sat_pop3_client *c) {
  return c->waiting.n - c->head + c->inside;
}

/* a status line; it takes its place in 'waiting' */
static int read_answer(struct sat_pop3_client *c, const uint8_t *p, size_t n,
                       size_t *used_r, struct sat_error *err) {
  long size;
  if (n == 0) return SAT_POP3_MORE;
  if (c->head == c->waiting.n)
    return sat_error_set(err, SAT_E_PROTOCOL,
                         "the server sent what nothing asked for");
  size = sat_pop3_line(p, n, &c->seen, c->limits.line, err);
  if (size <= 0) return size < 0 ? -1 : SAT_POP3_MORE;
  if (sat_pop3_answer_read(p, (size_t)size, &c->answer, err) < 0) return -1;
  c->challenge = c->answer.status == SAT_POP3_CHALLENGE;
  c->inside = c->waiting.p[c->head++] && c->answer.status == SAT_POP3_OK;
  c->dots.state = SAT_DOTS_LINE;
  c->got = 0;
  *used_r = (size_t)size;
  return SAT_POP3_ANSWER;
}

static int check_text(struct sat_pop3_client *c, struct sat_error *err) {
  if (c->text.failed) return sat_error_set(err, SAT_E_MEMORY, "no memory");
  if (c->got > c->limits.message)
    return sat_error_set(err, SAT_E_LIMIT,
                         "answer: it has more than %zu bytes",
                         c->limits.message);
  return 0;
}

/* the lines that follow an answer; their end is an event of its own */
static int read_text(struct sat_pop3_client *c, const uint8_t *p, size_t n,
                     size_t *used_r, struct sat_error *err) {
  sat_buf_clear(&c->text);
  *used_r = sat_dots_read(&c->dots, &c->text, p, n);
  c->got += *used_r;
  if (check_text(c, err) < 0) return -1;
  if (c->text.n > 0) return SAT_POP3_TEXT;
  if (c->dots.state != SAT_DOTS_END) return SAT_POP3_MORE;
  c->inside = false;
  return SAT_POP3_END;
}

int sat_pop3_client_read(struct sat_pop3_client *c, const uint8_t *p,
                         size_t n, size_t *used_r, struct sat_error *err) {
  *used_r = 0;
  if (c->inside) return read_text(c, p, n, used_r, err);
  return read_answer(c, p, n, used_r, err);
}
