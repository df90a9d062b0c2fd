/* Random values, rows, restrictions, recipients, actions and entry ids: any
** that the wire can hold, for the round-trip specs. */
#include <string.h>

#include "wire/entryid.h"
#include "wire/recipient.h"
#include "wire/restriction.h"
#include "wire/rules.h"

#define COUNT_OF(a) (sizeof(a) / sizeof *(a))

static const uint16_t singles[] = {
    SAT_T_INTEGER16,  SAT_T_INTEGER32, SAT_T_FLOATING32,    SAT_T_FLOATING64,
    SAT_T_CURRENCY,   SAT_T_INTEGER64, SAT_T_FLOATING_TIME, SAT_T_TIME,
    SAT_T_GUID,       SAT_T_STRING8,   SAT_T_STRING,        SAT_T_BINARY,
    /* those before have multi-valued forms */
    SAT_T_BOOLEAN,    SAT_T_ERROR,     SAT_T_SERVER_ID,     SAT_T_RESTRICTION,
    SAT_T_RULE_ACTION};
#define MULTI_N 12

/* splitmix64: its state is its seed */
uint32_t sat_random(uint64_t *seed) {
  uint64_t z = *seed += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return (uint32_t)((z ^ z >> 31) >> 16);
}

static uint64_t random64(uint64_t *seed) {
  uint64_t hi = sat_random(seed);
  return hi << 32 | sat_random(seed);
}

static struct sat_bytes random_bytes(struct sat_arena *a, uint64_t *seed,
                                     uint32_t most) {
  struct sat_bytes bytes = {NULL, sat_random(seed) % (most + 1)};
  uint8_t *p = sat_arena_alloc(a, bytes.n);
  if (p == NULL) bytes.n = 0;
  for (uint32_t i = 0; i < bytes.n; i++) p[i] = (uint8_t)sat_random(seed);
  bytes.p = p;
  return bytes;
}

/* without the terminator: 8-bit ASCII, or UTF-16 with other planes too */
static struct sat_bytes random_text(struct sat_arena *a, uint64_t *seed,
                                    bool utf16) {
  static const uint16_t units[][2] = {
      {'a', 'Z'}, {0xe4, 0x20ac}, {0x3042, 0xd7ff}, {0xd83d, 0xde00}};
  uint32_t n = sat_random(seed) % 6;
  uint8_t *p = sat_arena_alloc(a, (size_t)4 * n);
  struct sat_bytes text = {p, 0};
  for (uint32_t i = 0; p != NULL && i < n; i++) {
    const uint16_t *pair = units[sat_random(seed) % (utf16 ? 4 : 1)];
    for (int k = 0; k < 2; k++) {
      p[text.n++] = (uint8_t)(pair[k] & 0xff);
      if (utf16) p[text.n++] = (uint8_t)(pair[k] >> 8);
    }
  }
  return text;
}

static struct sat_guid random_guid(uint64_t *seed) {
  struct sat_guid g;
  for (size_t i = 0; i < sizeof g.b; i++) g.b[i] = (uint8_t)sat_random(seed);
  return g;
}

static void random_single(struct sat_arena *a, uint64_t *seed,
                          struct sat_value *v) {
  switch (v->type) {
    case SAT_T_INTEGER16: v->u.i = (int16_t)sat_random(seed); break;
    case SAT_T_INTEGER32: v->u.i = (int32_t)sat_random(seed); break;
    case SAT_T_INTEGER64:
    case SAT_T_CURRENCY: v->u.i = (int64_t)random64(seed); break;
    case SAT_T_TIME: v->u.time = random64(seed) >> 1; break;
    case SAT_T_FLOATING32:
    case SAT_T_FLOATING64:
    case SAT_T_FLOATING_TIME:
      v->u.d = (int32_t)sat_random(seed) % 100000 / 64.0;
      break;
    case SAT_T_ERROR: v->u.error = 0x80040000u | sat_random(seed); break;
    case SAT_T_BOOLEAN: v->u.b = sat_random(seed) & 1; break;
    case SAT_T_STRING8:
    case SAT_T_STRING:
      v->u.bytes = random_text(a, seed, v->type == SAT_T_STRING);
      break;
    case SAT_T_GUID: v->u.guid = random_guid(seed); break;
    case SAT_T_RESTRICTION:
      v->u.restriction = sat_arena_alloc(a, sizeof *v->u.restriction);
      if (v->u.restriction != NULL)
        sat_restriction_random(a, seed, 3, v->u.restriction);
      break;
    case SAT_T_RULE_ACTION:
      v->u.actions = sat_arena_alloc(a, sizeof *v->u.actions);
      if (v->u.actions != NULL)
        sat_actions_random(a, seed, SAT_DIALECT_ROP, v->u.actions);
      break;
    case SAT_T_BINARY:
    case SAT_T_SERVER_ID: v->u.bytes = random_bytes(a, seed, 9); break;
    default: v->type = SAT_T_NULL;
  }
  if (a->failed) v->type = SAT_T_NULL;
}

static void random_multi(struct sat_arena *a, uint64_t *seed,
                         struct sat_value *v) {
  uint32_t n = sat_random(seed) % 4;
  v->u.multi.v = sat_arena_array(a, n, sizeof *v->u.multi.v);
  v->u.multi.n = v->u.multi.v != NULL ? n : 0;
  for (uint32_t i = 0; i < v->u.multi.n; i++) {
    v->u.multi.v[i].type = v->type & (uint16_t)~SAT_MV;
    random_single(a, seed, &v->u.multi.v[i]);
  }
}

static uint16_t random_type(uint64_t *seed, size_t of) {
  uint32_t multi = sat_random(seed) % 4 == 0;
  if (multi) return singles[sat_random(seed) % MULTI_N] | SAT_MV;
  return singles[sat_random(seed) % of];
}

void sat_value_random(struct sat_arena *a, uint64_t *seed, uint16_t type,
                      struct sat_value *v_r) {
  memset(v_r, 0, sizeof *v_r);
  type = sat_type_of_column(type);
  if (type == SAT_T_UNSPECIFIED) type = random_type(seed, COUNT_OF(singles));
  v_r->type = type;
  if (type & SAT_MV)
    random_multi(a, seed, v_r);
  else
    random_single(a, seed, v_r);
}

/* Restrictions and actions as values would nest without end: not here. */
void sat_property_random(struct sat_arena *a, uint64_t *seed,
                         struct sat_property *p_r) {
  uint16_t type = random_type(seed, COUNT_OF(singles) - 2);
  p_r->tag = SAT_TAG(0x3000 | (sat_random(seed) & 0xfff), type);
  sat_value_random(a, seed, type, &p_r->value);
}

static void random_properties(struct sat_arena *a, uint64_t *seed,
                              struct sat_properties *ps) {
  uint32_t n = sat_random(seed) % 4;
  ps->p = sat_arena_array(a, n, sizeof *ps->p);
  ps->n = ps->p != NULL ? n : 0;
  for (uint32_t i = 0; i < ps->n; i++) sat_property_random(a, seed, &ps->p[i]);
}

void sat_row_random(struct sat_arena *a, uint64_t *seed,
                    struct sat_columns columns, struct sat_row *row_r) {
  memset(row_r, 0, sizeof *row_r);
  row_r->flagged = sat_random(seed) & 1;
  row_r->values = sat_arena_array(a, columns.n, sizeof *row_r->values);
  if (row_r->values == NULL) return;
  row_r->columns = columns;
  for (uint32_t i = 0; i < columns.n; i++) {
    uint16_t type = SAT_TAG_TYPE(columns.tags[i]);
    uint32_t chance = row_r->flagged ? sat_random(seed) % 4 : 0;
    if (chance == 1) type = SAT_T_ERROR;
    if (chance == 2) type = SAT_T_NULL;
    sat_value_random(a, seed, type, &row_r->values[i]);
  }
}

static void random_children(struct sat_arena *a, uint64_t *seed,
                            unsigned depth, uint32_t n,
                            struct sat_restriction *res) {
  res->children = sat_arena_array(a, n, sizeof *res->children);
  res->n = res->children != NULL ? n : 0;
  for (uint32_t i = 0; i < res->n; i++)
    sat_restriction_random(a, seed, depth, &res->children[i]);
}

void sat_restriction_random(struct sat_arena *a, uint64_t *seed,
                            unsigned depth, struct sat_restriction *res) {
  memset(res, 0, sizeof *res);
  res->value.value.type = SAT_T_NULL;
  res->type = (uint8_t)(sat_random(seed) % (SAT_RES_COUNT + 1));
  if (depth == 0 &&
      (res->type <= SAT_RES_NOT || res->type >= SAT_RES_SUBOBJECT))
    res->type = SAT_RES_EXIST;
  res->tag = SAT_TAG(0x3001, SAT_T_STRING);
  switch (res->type) {
    case SAT_RES_AND:
    case SAT_RES_OR:
      random_children(a, seed, depth - 1, sat_random(seed) % 4, res);
      break;
    case SAT_RES_CONTENT:
      res->fuzzy = sat_random(seed) & 0x00070003;
      sat_property_random(a, seed, &res->value);
      break;
    case SAT_RES_PROPERTY:
      res->op = (uint8_t)(sat_random(seed) % (SAT_RELOP_RE + 1));
      sat_property_random(a, seed, &res->value);
      break;
    case SAT_RES_COMPARE_PROPERTIES:
      res->tag2 = SAT_TAG(0x3002, SAT_T_STRING);
      res->op = SAT_RELOP_MEMBER_OF_DL;
      break;
    case SAT_RES_BITMASK:
    case SAT_RES_SIZE:
      res->op = sat_random(seed) & 1;
      res->number = sat_random(seed);
      break;
    case SAT_RES_EXIST: break;
    default: /* not, sub_object, comment, count */
      if (res->type != SAT_RES_SUBOBJECT) res->tag = 0;
      if (res->type == SAT_RES_COUNT) res->number = sat_random(seed);
      if (res->type == SAT_RES_COMMENT)
        random_properties(a, seed, &res->values);
      random_children(a, seed, depth - 1,
                      res->type != SAT_RES_COMMENT || sat_random(seed) & 1,
                      res);
  }
}

void sat_recipient_random(struct sat_arena *a, uint64_t *seed,
                          struct sat_columns columns,
                          struct sat_recipient *rcpt) {
  bool utf16;
  uint32_t type;
  memset(rcpt, 0, sizeof *rcpt);
  rcpt->flags = sat_random(seed) & 0x87ff;
  type = rcpt->flags & SAT_RCPT_TYPE;
  utf16 = rcpt->flags & SAT_RCPT_UNICODE;
  if (type == SAT_RCPT_X500DN) {
    rcpt->address_prefix_used = sat_random(seed) & 0xff;
    rcpt->display_type = sat_random(seed) % 7;
    rcpt->x500dn = random_text(a, seed, false);
  } else if (type >= SAT_RCPT_PDL1) {
    rcpt->entry_id = random_bytes(a, seed, 9);
    rcpt->search_key = random_bytes(a, seed, 9);
  } else if (type == SAT_RCPT_NONE && rcpt->flags & SAT_RCPT_OTHER_TYPE) {
    rcpt->address_type = random_text(a, seed, false);
  }
  if (rcpt->flags & SAT_RCPT_EMAIL)
    rcpt->email_address = random_text(a, seed, utf16);
  if (rcpt->flags & SAT_RCPT_DISPLAY)
    rcpt->display_name = random_text(a, seed, utf16);
  if (rcpt->flags & SAT_RCPT_SIMPLE)
    rcpt->simple_display_name = random_text(a, seed, utf16);
  if (rcpt->flags & SAT_RCPT_TRANSMITTABLE)
    rcpt->transmittable_display_name = random_text(a, seed, utf16);
  columns.n = columns.n > 0 ? sat_random(seed) % (columns.n + 1) : 0;
  sat_row_random(a, seed, columns, &rcpt->row);
}

static void random_recipients(struct sat_arena *a, uint64_t *seed,
                              struct sat_action *act) {
  uint32_t n = sat_random(seed) % 3;
  act->recipients = sat_arena_array(a, n, sizeof *act->recipients);
  act->recipient_n = act->recipients != NULL ? n : 0;
  for (uint32_t i = 0; i < act->recipient_n; i++) {
    act->recipients[i].reserved = 1;
    random_properties(a, seed, &act->recipients[i].properties);
  }
}

static void random_action(struct sat_arena *a, uint64_t *seed, bool extended,
                          struct sat_action *act) {
  act->type = (uint8_t)(1 + sat_random(seed) % SAT_ACTION_MARK_AS_READ);
  act->flavor = sat_random(seed) & 0x7f;
  act->flags = sat_random(seed);
  switch (act->type) {
    case SAT_ACTION_MOVE:
    case SAT_ACTION_COPY:
      act->in_this_store = !extended && sat_random(seed) & 1;
      act->store_eid = random_bytes(a, seed, 9);
      act->folder_eid = random_bytes(a, seed, 46);
      break;
    case SAT_ACTION_REPLY:
    case SAT_ACTION_OOF_REPLY:
      if (extended) act->message_eid = random_bytes(a, seed, 70);
      if (!extended) act->template_fid = random64(seed);
      if (!extended) act->template_mid = random64(seed);
      act->template_guid = random_guid(seed);
      break;
    case SAT_ACTION_DEFER: act->data = random_bytes(a, seed, 9); break;
    case SAT_ACTION_BOUNCE: act->bounce_code = 0x26; break;
    case SAT_ACTION_FORWARD:
    case SAT_ACTION_DELEGATE: random_recipients(a, seed, act); break;
    case SAT_ACTION_TAG: sat_property_random(a, seed, &act->value); break;
    default: break;
  }
}

void sat_actions_random(struct sat_arena *a, uint64_t *seed,
                        enum sat_dialect dialect, struct sat_actions *as_r) {
  uint32_t n = 1 + sat_random(seed) % 3;
  as_r->a = sat_arena_array(a, n, sizeof *as_r->a);
  as_r->n = as_r->a != NULL ? n : 0;
  for (uint32_t i = 0; i < as_r->n; i++)
    random_action(a, seed, dialect == SAT_DIALECT_EXTENDED, &as_r->a[i]);
}

static void random_global_id(uint64_t *seed, struct sat_global_id *id) {
  id->database = random_guid(seed);
  sat_id_split(random64(seed), id->counter);
}

static void random_store(struct sat_arena *a, uint64_t *seed,
                         struct sat_entry_id *e) {
  static const uint8_t dll[] = "emsmdb.dll\0\0\0";
  e->dll.p = dll;
  e->dll.n = sizeof dll;
  e->wrapped_provider = random_guid(seed);
  e->type = sat_random(seed) & 1 ? 12 : 6;
  e->server = random_text(a, seed, false);
  e->has_mailbox_dn = sat_random(seed) & 1;
  if (!e->has_mailbox_dn) return;
  e->mailbox_dn = random_text(a, seed, false);
  e->data = random_bytes(a, seed, 9);
}

static void random_one_off(struct sat_arena *a, uint64_t *seed,
                           struct sat_entry_id *e) {
  bool utf16 = sat_random(seed) & 1;
  e->bits = utf16 ? SAT_ONE_OFF_UNICODE | 1 : 0;
  e->display_name = random_text(a, seed, utf16);
  e->address_type = random_text(a, seed, utf16);
  e->email_address = random_text(a, seed, utf16);
}

void sat_entry_id_random(struct sat_arena *a, uint64_t *seed,
                         struct sat_entry_id *e) {
  const struct sat_guid *provider;
  memset(e, 0, sizeof *e);
  e->kind = sat_random(seed) % (SAT_EID_EPHEMERAL + 1);
  provider = sat_entry_id_provider(e->kind);
  e->provider = provider != NULL ? *provider : random_guid(seed);
  switch (e->kind) {
    case SAT_EID_FOLDER:
    case SAT_EID_MESSAGE:
      e->type = e->kind == SAT_EID_FOLDER ? 1 : 7;
      random_global_id(seed, &e->folder);
      if (e->kind == SAT_EID_MESSAGE) random_global_id(seed, &e->message);
      break;
    case SAT_EID_STORE: random_store(a, seed, e); break;
    case SAT_EID_ONE_OFF: random_one_off(a, seed, e); break;
    case SAT_EID_ADDRESS_BOOK:
      e->version = 1;
      e->type = sat_random(seed) % 7;
      e->x500dn = random_text(a, seed, false);
      break;
    case SAT_EID_CONTACT:
      e->version = 3;
      e->type = 4;
      e->index = sat_random(seed) % 6;
      e->data = random_bytes(a, seed, 70);
      e->padding = random_bytes(a, seed, 3);
      break;
    case SAT_EID_EPHEMERAL:
      e->flags = 0x87;
      e->version = 1;
      e->index = sat_random(seed);
      break;
    default: /* wrapped, other */
      if (e->kind == SAT_EID_WRAPPED) e->type = sat_random(seed) & 0xff;
      e->data = random_bytes(a, seed, 9);
  }
}
