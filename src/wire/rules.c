#include "wire/rules.h"

#include <string.h>

static const char *const names[] = {/* ORDER sat_action_type */
    NULL,     "move",    "copy",     "reply", "oof_reply", "defer_action",
    "bounce", "forward", "delegate", "tag",   "delete",    "mark_as_read"};

const char *sat_action_name(uint8_t type) {
  return type < sizeof names / sizeof *names ? names[type] : NULL;
}

int sat_action_by_name(const char *name) {
  for (size_t i = 1; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], name) == 0) return (int)i;
  return -1;
}

static bool is_wide(enum sat_dialect dialect) {
  return dialect == SAT_DIALECT_EXTENDED;
}

static unsigned count_width(enum sat_dialect dialect) {
  return is_wide(dialect) ? 4 : 2;
}

/*
** {======================================================
** Reading
** =======================================================
*/

static struct sat_bytes decode_counted(struct sat_reader *r,
                                       enum sat_dialect dialect) {
  return sat_reader_bytes(r, sat_reader_int(r, count_width(dialect)));
}

/* 2.2.5.1.2.1; any FolderInThisStore but 0 is true; an extended rule does not
** have it */
static void decode_move(struct sat_reader *r, enum sat_dialect dialect,
                        struct sat_action *a) {
  if (!is_wide(dialect)) a->in_this_store = sat_reader_u8(r) != 0;
  a->store_eid = decode_counted(r, dialect);
  a->folder_eid = decode_counted(r, dialect);
}

/* 2.2.5.1.2.2 */
static void decode_reply(struct sat_reader *r, enum sat_dialect dialect,
                         struct sat_action *a) {
  const uint8_t *guid;
  if (is_wide(dialect)) {
    a->message_eid = decode_counted(r, dialect);
  } else {
    a->template_fid = sat_reader_u64(r);
    a->template_mid = sat_reader_u64(r);
  }
  guid = sat_reader_take(r, sizeof a->template_guid.b);
  if (guid != NULL) memcpy(a->template_guid.b, guid, 16);
}

/* 2.2.5.1.2.4: the document has RecipientCount as "2 bytes or 4 bytes" in its
** figure and as 4 in its text; servers have it as wide as NoOfActions */
static void decode_recipients(struct sat_reader *r, enum sat_dialect dialect,
                              struct sat_action *a) {
  unsigned width = count_width(dialect);
  uint32_t n = (uint32_t)sat_reader_int(r, width);
  a->recipients = sat_reader_array(r, n, sizeof *a->recipients, 1 + width);
  a->recipient_n = a->recipients != NULL ? n : 0;
  for (uint32_t i = 0; i < a->recipient_n && sat_reader_ok(r); i++) {
    struct sat_rule_recipient *rcpt = &a->recipients[i];
    sat_reader_push(r, "recipients", i);
    rcpt->reserved = sat_reader_u8(r);
    n = (uint32_t)sat_reader_int(r, width);
    sat_properties_decode(r, n, dialect, &rcpt->properties);
    sat_reader_pop(r);
  }
}

static void decode_data(struct sat_reader *r, enum sat_dialect dialect,
                        struct sat_action *a) {
  switch (a->type) {
    case SAT_ACTION_MOVE:
    case SAT_ACTION_COPY: decode_move(r, dialect, a); break;
    case SAT_ACTION_REPLY:
    case SAT_ACTION_OOF_REPLY: decode_reply(r, dialect, a); break;
    case SAT_ACTION_DEFER:
      a->data = sat_reader_bytes(r, sat_reader_left(r));
      break;
    case SAT_ACTION_BOUNCE: a->bounce_code = sat_reader_u32(r); break;
    case SAT_ACTION_FORWARD:
    case SAT_ACTION_DELEGATE: decode_recipients(r, dialect, a); break;
    case SAT_ACTION_TAG: sat_property_decode(r, dialect, &a->value); break;
    case SAT_ACTION_DELETE:
    case SAT_ACTION_MARK_AS_READ: break;
    default: sat_reader_fail(r, "unknown action 0x%02x", a->type);
  }
}

/* 2.2.5.1 ActionBlock */
static void decode_action(struct sat_reader *r, enum sat_dialect dialect,
                          struct sat_action *a) {
  size_t size = sat_reader_int(r, count_width(dialect));
  const uint8_t *old = sat_reader_enter(r, size);
  if (old == NULL) return;
  a->type = (uint8_t)sat_reader_u8(r);
  a->flavor = sat_reader_u32(r);
  a->flags = sat_reader_u32(r);
  if (sat_reader_ok(r)) decode_data(r, dialect, a);
  if (sat_reader_left(r) > 0)
    sat_reader_fail(r, "%zu bytes too many in an action", sat_reader_left(r));
  sat_reader_leave(r, old);
}

int sat_actions_decode(struct sat_reader *r, enum sat_dialect dialect,
                       struct sat_actions *as_r) {
  unsigned width = count_width(dialect);
  uint32_t n = (uint32_t)sat_reader_int(r, width);
  memset(as_r, 0, sizeof *as_r);
  if (sat_reader_down(r)) {
    as_r->a = sat_reader_array(r, n, sizeof *as_r->a, 9 + width);
    as_r->n = as_r->a != NULL ? n : 0;
  }
  for (uint32_t i = 0; i < as_r->n && sat_reader_ok(r); i++) {
    sat_reader_push(r, "actions", i);
    decode_action(r, dialect, &as_r->a[i]);
    sat_reader_pop(r);
  }
  sat_reader_up(r);
  return sat_reader_ok(r) ? 0 : -1;
}

/* }====================================================== */

/*
** {======================================================
** Writing
** =======================================================
*/

static void encode_counted(struct sat_buf *b, struct sat_bytes bytes,
                           enum sat_dialect dialect) {
  sat_buf_int(b, bytes.n, count_width(dialect));
  sat_buf_put(b, bytes.p, bytes.n);
}

static void encode_move(struct sat_buf *b, const struct sat_action *a,
                        enum sat_dialect dialect) {
  if (!is_wide(dialect)) sat_buf_u8(b, a->in_this_store);
  encode_counted(b, a->store_eid, dialect);
  encode_counted(b, a->folder_eid, dialect);
}

static void encode_reply(struct sat_buf *b, const struct sat_action *a,
                         enum sat_dialect dialect) {
  if (is_wide(dialect)) {
    encode_counted(b, a->message_eid, dialect);
  } else {
    sat_buf_u64(b, a->template_fid);
    sat_buf_u64(b, a->template_mid);
  }
  sat_buf_put(b, a->template_guid.b, sizeof a->template_guid.b);
}

static void encode_recipients(struct sat_buf *b, const struct sat_action *a,
                              enum sat_dialect dialect) {
  sat_buf_int(b, a->recipient_n, count_width(dialect));
  for (uint32_t i = 0; i < a->recipient_n && !b->failed; i++) {
    const struct sat_rule_recipient *rcpt = &a->recipients[i];
    sat_buf_u8(b, rcpt->reserved);
    sat_buf_int(b, rcpt->properties.n, count_width(dialect));
    sat_properties_encode(b, &rcpt->properties, dialect);
  }
}

static void encode_data(struct sat_buf *b, const struct sat_action *a,
                        enum sat_dialect dialect) {
  switch (a->type) {
    case SAT_ACTION_MOVE:
    case SAT_ACTION_COPY: encode_move(b, a, dialect); break;
    case SAT_ACTION_REPLY:
    case SAT_ACTION_OOF_REPLY: encode_reply(b, a, dialect); break;
    case SAT_ACTION_DEFER: sat_buf_put(b, a->data.p, a->data.n); break;
    case SAT_ACTION_BOUNCE: sat_buf_u32(b, a->bounce_code); break;
    case SAT_ACTION_FORWARD:
    case SAT_ACTION_DELEGATE: encode_recipients(b, a, dialect); break;
    case SAT_ACTION_TAG: sat_property_encode(b, &a->value, dialect); break;
    case SAT_ACTION_DELETE:
    case SAT_ACTION_MARK_AS_READ: break;
    default: b->failed = true;
  }
}

void sat_actions_encode(struct sat_buf *b, const struct sat_actions *as,
                        enum sat_dialect dialect) {
  unsigned width = count_width(dialect);
  sat_buf_int(b, as->n, width);
  for (uint32_t i = 0; i < as->n && !b->failed; i++) {
    size_t at = b->n;
    sat_buf_int(b, 0, width);
    sat_buf_u8(b, as->a[i].type);
    sat_buf_u32(b, as->a[i].flavor);
    sat_buf_u32(b, as->a[i].flags);
    encode_data(b, &as->a[i], dialect);
    if (!b->failed) sat_buf_patch(b, at, b->n - at - width, width);
  }
}

/* }====================================================== */
