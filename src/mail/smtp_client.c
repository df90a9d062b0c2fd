#include "mail/smtp_client.h"

#include <stdio.h>
#include <string.h>

#include "mail/command_line.h"

#define SERVICE_CLOSING 421
#define CHALLENGE 334 /* RFC 4954 4 */

void sat_smtp_client_init(struct sat_smtp_client *c,
                          const struct sat_smtp_limits *limits) {
  memset(c, 0, sizeof *c);
  if (limits != NULL) c->split.limits = *limits;
  c->expected = 1;
}

void sat_smtp_client_clear(struct sat_smtp_client *c) {
  sat_buf_free(&c->out);
  sat_arena_reset(&c->arena);
}

static int check_out(struct sat_smtp_client *c, struct sat_error *err) {
  if (c->out.failed) return sat_error_set(err, SAT_E_MEMORY, "no memory");
  return 0;
}

static int refuse_data(const struct sat_smtp_client *c, bool wanted,
                       struct sat_error *err) {
  if (c->data == wanted) return 0;
  return sat_error_set(err, SAT_E_INVALID,
                       c->data ? "command: content is being sent"
                               : "content: no message is being sent");
}

int sat_smtp_client_command(struct sat_smtp_client *c, const char *line,
                            size_t n, struct sat_error *err) {
  if (refuse_data(c, false, err) < 0) return -1;
  if (sat_command_line(&c->out, line, n, SAT_SMTP_COMMAND, c->challenge,
                       err) < 0)
    return -1;
  c->expected++;
  return check_out(c, err);
}

int sat_smtp_client_data(struct sat_smtp_client *c, struct sat_error *err) {
  if (refuse_data(c, false, err) < 0) return -1;
  c->data = true;
  c->dots = (struct sat_dots_writer){.stuff = true};
  return 0;
}

int sat_smtp_client_put(struct sat_smtp_client *c, const void *p, size_t n,
                        struct sat_error *err) {
  if (refuse_data(c, true, err) < 0) return -1;
  sat_dots_write(&c->dots, &c->out, p, n);
  return check_out(c, err);
}

int sat_smtp_client_data_end(struct sat_smtp_client *c, unsigned replies,
                             struct sat_error *err) {
  if (refuse_data(c, true, err) < 0) return -1;
  sat_dots_end(&c->dots, &c->out);
  c->data = false;
  c->expected += replies;
  return check_out(c, err);
}

int sat_smtp_client_chunk(struct sat_smtp_client *c, const void *p, size_t n,
                          bool last, unsigned replies,
                          struct sat_error *err) {
  char head[48];
  if (refuse_data(c, false, err) < 0) return -1;
  snprintf(head, sizeof head, "BDAT %zu%s\r\n", n, last ? " LAST" : "");
  sat_buf_str(&c->out, head);
  sat_buf_put(&c->out, p, n);
  c->expected += replies;
  return check_out(c, err);
}

static int refuse_unasked(const struct sat_smtp_reply *r,
                          struct sat_error *err) {
  return sat_error_set(err, SAT_E_PROTOCOL,
                       "the server sent a reply that nothing asked for: %u",
                       r->code);
}

long sat_smtp_client_read(struct sat_smtp_client *c, const uint8_t *p,
                          size_t n, struct sat_smtp_reply *reply_r,
                          bool *asked_r, struct sat_error *err) {
  long size = sat_smtp_split(&c->split, p, n, err);
  if (size <= 0) return size;
  sat_arena_reset(&c->arena);
  if (sat_smtp_reply_read(p, (size_t)size, &c->arena, reply_r, err) < 0)
    return -1;
  *asked_r = c->expected > 0;
  if (reply_r->code == SERVICE_CLOSING) c->closing = true;
  c->challenge = reply_r->code == CHALLENGE;
  if (c->expected > 0) c->expected--;
  else if (!c->closing && !c->data) return refuse_unasked(reply_r, err);
  return size;
}
