/*
** Rule actions ([MS-OXORULE] 2.2.5): what a rule does with a message.  The
** standard form (RopModifyRules, PtypRuleAction) has 16-bit counts and names
** folders and templates by id; the extended form (PidTagExtendedRuleMessage-
** Actions, dialect SAT_DIALECT_EXTENDED) has 32-bit ones and entry ids.
** An action's length always covers exactly its data.
*/
#ifndef sat_rules_h
#define sat_rules_h

#include "wire/value.h"

enum sat_action_type { /* 2.2.5.1 */
  SAT_ACTION_MOVE = 0x01,
  SAT_ACTION_COPY = 0x02,
  SAT_ACTION_REPLY = 0x03,
  SAT_ACTION_OOF_REPLY = 0x04,
  SAT_ACTION_DEFER = 0x05,
  SAT_ACTION_BOUNCE = 0x06,
  SAT_ACTION_FORWARD = 0x07,
  SAT_ACTION_DELEGATE = 0x08,
  SAT_ACTION_TAG = 0x09,
  SAT_ACTION_DELETE = 0x0a,
  SAT_ACTION_MARK_AS_READ = 0x0b
};

struct sat_rule_recipient { /* 2.2.5.1.2.4.1 RecipientBlock */
  uint32_t reserved;
  struct sat_properties properties;
};

struct sat_action {
  uint8_t type;
  uint32_t flavor, flags;
  bool in_this_store;         /* move, copy, standard form */
  struct sat_bytes store_eid; /* move, copy */
  struct sat_bytes folder_eid; /* in this store, standard form: a ServerEid */
  uint64_t template_fid, template_mid; /* replies, standard form */
  struct sat_bytes message_eid;        /* replies, extended form */
  struct sat_guid template_guid;       /* replies */
  struct sat_bytes data;               /* deferred: what only a client reads */
  uint32_t bounce_code;
  struct sat_rule_recipient *recipients; /* forward, delegate */
  uint32_t recipient_n;
  struct sat_property value; /* tag */
};

struct sat_actions {
  struct sat_action *a;
  uint32_t n;
};

/* "move", "oof_reply", …; NULL for an unknown number */
const char *sat_action_name(uint8_t type);
int sat_action_by_name(const char *name); /* or -1 */

int sat_actions_decode(struct sat_reader *r, enum sat_dialect dialect,
                       struct sat_actions *as_r);
void sat_actions_encode(struct sat_buf *b, const struct sat_actions *as,
                        enum sat_dialect dialect);
void sat_actions_random(struct sat_arena *a, uint64_t *seed,
                        enum sat_dialect dialect, struct sat_actions *as_r);
void sat_actions_print(struct sat_buf *b, const struct sat_actions *as);

#endif
