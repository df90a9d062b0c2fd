-- Every example runs to its end and prints what it should.

local expected <const> = {
  bulk_mark = "1 marked, 0 failed\n3 flagged",
  check_account = "all is well.*ok +login.*ok +inbox.*4 items, 4 unread.*2 steps",
  dry_run = "would create_folder\nwould move\nwould send\n1 are still there",
  errors = "not_found.*did you mean 'subject'.*4 items",
  file_invoices = "2025\t0 moved\n2026\t2 moved",
  first_steps = "anna@example.test by mapi.*Inbox +mail +4 items, 4 unread.*glad that you are here",
  mail_merge = "bob@example.test\tdrafted\ncarol@example.test\tdrafted",
  properties = "Properties\nT%-1001\n1 with that ticket\nIPM",
  reply = "Re: Welcome\nto Bob <bob@example.test>.*> glad that you are here.*sent <.*>",
  search_and_save_attachments = "invoice%-1001.pdf.*invoice%-1002.pdf.*2 saved",
  send_with_attachment = "^<.*>\n.*The week in figures",
  strip_attachments = "done",
  trace = "4 %-> query_rows .*4 <%- query_rows .*4 round trips",
  tasks = "inbox\t4 unread\ndrafts\t0 unread\njunk\t0 unread",
  demo = "%(2 round trips%).*Inbox/Projects +40 items.*2 unread messages.*saved invoice.pdf"
    .. ".*27000 bytes, SHA%-256 f3bf3f0777c1.*sent it.*from anna@example.test: Re: Welcome",
}

local function run(name)
  local folder = os.tmpname()
  os.remove(folder)
  os.execute("mkdir " .. folder)
  local child = io.popen(("env -u SATCHEL_USER TMPDIR=%s lua5.4 examples/%s.lua 2>&1")
    :format(folder, name))
  local output = child:read "a"
  local ok = child:close()
  os.execute("rm -r " .. folder)
  return ok, output
end

describe("the example", function()
  local list = io.popen "ls examples"
  for file in list:lines() do
    local name = file:match "^(.*)%.lua$"
    if name and name ~= "account" then
      it(name .. " runs", function()
        assert.is_string(expected[name], "nothing is expected of it")
        local ok, output = run(name)
        assert.is_truthy(ok, output)
        assert.matches(expected[name], output)
      end)
    end
  end
  list:close()
end)
