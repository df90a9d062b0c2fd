-- Addresses as rows, entry ids and lists, there and back; cut ones are no crash.
local P = require "satchel.mapi.props"
local recipients = require "satchel.mapi.recipients"

local people = { { name = "Größe", email = "g@one.test" }, { email = "plain@two.test" } }

describe("mapi recipients", function()
  for _, who in ipairs(people) do
    it("have one-off entry ids: " .. who.email, function()
      assert.same({ name = who.name, email = who.email },
        recipients.from_entry_id(recipients.one_off(who)))
    end)
  end

  it("come in flat lists", function()
    assert.same({ { name = "Größe", email = "g@one.test" }, { email = "plain@two.test" } },
      recipients.from_flat_list(recipients.flat_list(people)))
    assert.same({}, recipients.from_flat_list(recipients.flat_list {}))
  end)

  it("give what is whole of a list that is cut anywhere", function()
    local bytes = recipients.flat_list(people)
    for n = 0, #bytes - 1 do
      local list = recipients.from_flat_list(bytes:sub(1, n))
      assert.is_true(#list <= 2)
    end
    for n = 0, 60 do recipients.from_entry_id(recipients.one_off(people[1]):sub(1, n)) end
    assert.same({}, recipients.from_flat_list("\xff\xff\xff\xff\xff\xff\xff\xff"))
  end)

  it("know entry ids of the address book", function()
    local id = "\0\0\0\0\xdc\xa7\x40\xc8\xc0\x42\x10\x1a\xb4\xb9\x08\x00\x2b\x2f\xe1\x82"
      .. ("<I4I4z"):pack(1, 0, "/o=x/cn=bob")
    assert.same({ email = "/o=x/cn=bob", dn = true }, recipients.from_entry_id(id))
    assert.is_nil(recipients.from_entry_id(("x"):rep(40)))
  end)

  local rows = {
    { { type = "smtp", display_name = "Bob", email_address = "b@x" },
      { name = "Bob", email = "b@x" } },
    { { type = "smtp", display_name = "b@x", email_address = "b@x" }, { email = "b@x" } },
    { { type = "x500dn", x500dn = "/o=x/cn=bob", display_name = "Bob",
      properties = { [P.PidTagSmtpAddress] = "b@x" } }, { name = "Bob", email = "b@x" } },
    { { type = "x500dn", x500dn = "/o=x/cn=bob", display_name = "Bob" },
      { name = "Bob", email = "/o=x/cn=bob", dn = "/o=x/cn=bob" } },
    { { properties = { [P.PidTagDisplayName] = "Only Name" } }, { name = "Only Name" } },
  }
  for i, case in ipairs(rows) do
    it("are read from row " .. i, function()
      local address, field = recipients.from_row(2, case[1])
      assert.same(case[2], address)
      assert.equal("cc", field)
    end)
  end

  it("make the rows that a request has", function()
    local made = recipients.rows { to = { people[1] }, bcc = { people[2] } }
    assert.same({ 1, 3 }, { made[1].recipient_type, made[2].recipient_type })
    assert.same({ 0, 1 }, { made[1].row_id, made[2].row_id })
    for i, row in ipairs(made) do
      local address = recipients.from_row(row.recipient_type, row.recipient_row)
      assert.same(people[i], address)
    end
  end)

  for _, bad in ipairs { {}, { email = "" }, { email = "a\r\nb@x" }, { email = "a\0@x" },
    { email = "a@x", name = "x\ny" }, { name = "bare" } } do
    it(("refuse %q <%q>"):format(bad.name or "", bad.email or ""), function()
      local ok, err = pcall(recipients.rows, { to = { bad } })
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end)
  end
end)
