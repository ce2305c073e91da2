%% The work of conclab in Erlang, in Erlang's own processes: counting primes.
%%
%% The arguments are words of the form name=value, as conclab/lab/programs.py makes them of a spec (conclab/runner/job.py says what
%% each means). Events go to the FIFO named by $CONCLAB_EVENTS (conclab/runner/wire.py is their contract). Exit status 0: done; 2: it
%% cannot be done here.
-module(conclab_erlang).
-export([start/0]).

start() ->
    Words = maps:from_list([{Name, Value} || [Name, Value] <- [string:split(Word, "=") || Word <- init:get_plain_arguments()]]),
    %% The wire is no regular file: without this mode Erlang would not open it.
    case file:open(os:getenv("CONCLAB_EVENTS", ""), [raw, binary, append, skip_type_check]) of
        {ok, Fifo} -> begin_with(Fifo, Words);
        {error, _} -> halt(2)
    end.

begin_with(Fifo, Words) ->
    case {maps:get("executor", Words, ""), maps:get("workload", Words, "")} of
        {"erlang-processes", "primes"} ->
            tell(Fifo, "probe", [{"pid", os:getpid()}, {"implementation", text("erlang")},
                                 {"version", text(erlang:system_info(otp_release))}, {"gil_enabled", "null"}]),
            number("check_only", Words) =:= 0 andalso run(Fifo, Words),
            halt(0);
        _ ->
            tell(Fifo, "failed", [{"worker", "null"}, {"reason", text("Erlang's own processes count primes and do nothing else")}]),
            halt(2)
    end.

run(Fifo, Words) ->
    Meters = [meter(Thread, Name) || {Thread, Name} <- threads()],
    Names = schedulers(Fifo),
    SwitchesBefore = switches(Meters),
    Before = times(Meters),
    Started = now_ns(),
    Workers = number("workers", Words),
    Main = self(),
    process_flag(trap_exit, true),
    [spawn_link(fun() -> Main ! {done, live(Main, Words, Number, Workers)} end) || Number <- lists:seq(1, Workers)],
    Result = lists:sum([await(Fifo) || _ <- lists:seq(1, Workers)]),
    Wall = now_ns() - Started,
    After = times(Meters),
    Switches = grown(SwitchesBefore, switches(Meters)),
    give_account(Fifo, Names, maps:merge_with(fun(_, Times, Switched) -> Times ++ Switched end, grown(Before, After), Switches),
                 Started, Started + Wall),
    tell(Fifo, "finished", [{"started_ns", Started}, {"wall_ns", Wall}, {"result", Result}]).

%% The result of whoever is the next to be done. Only the process that has opened a raw file may write to it, so the workers hand
%% their events to it.
await(Fifo) ->
    receive
        {event, Line} -> file:write(Fifo, Line), await(Fifo);
        {done, Result} -> Result;
        {'EXIT', _, normal} -> await(Fifo);
        {'EXIT', _, _} -> tell(Fifo, "failed", [{"worker", "null"}, {"reason", text("an Erlang process crashed")}]), halt(1)
    end.

%% A worker's life: work through the share and tell the result. The kernel does not know it, so only its stamps are told.
live(Main, Words, Number, Workers) ->
    Name = text("w" ++ integer_to_list(Number)),
    Limit = number("size", Words),
    Started = now_ns(),
    Result = lists:sum([task(Main, Name, Limit, Index) || Index <- lists:seq(Number - 1, number("tasks", Words) - 1, Workers)]),
    tell(Main, "worker_finished",
         [{"worker", Name}, {"pid", os:getpid()}, {"tid", os:getpid()}, {"shares_task", "true"}, {"result", Result}
          | account(Started, now_ns(), unknown)]),
    Result.

task(Main, Name, Limit, Index) ->
    Began = now_ns(),
    Count = count_below(Limit),
    Text = io_lib:format("~b primes below ~b", [Count, Limit]),
    tell(Main, "line", [{"worker", Name}, {"stream", text("stdout")}, {"text", text(Text)}]),
    tell(Main, "task_finished", [{"worker", Name}, {"index", Index}, {"elapsed_ns", now_ns() - Began}]),
    Count.

%% The loop of conclab/runner/workloads/primes.py.
count_below(Limit) when Limit > 2 -> candidates(3, Limit, 1);
count_below(_) -> 0.

candidates(Candidate, Limit, Count) when Candidate < Limit -> candidates(Candidate + 2, Limit, Count + is_prime(Candidate, 3));
candidates(_, _, Count) -> Count.

is_prime(Candidate, Divisor) when Divisor * Divisor > Candidate -> 1;
is_prime(Candidate, Divisor) when Candidate rem Divisor =:= 0 -> 0;
is_prime(Candidate, Divisor) -> is_prime(Candidate, Divisor + 2).

%% Erlang's schedulers: kernel threads that carry the processes, one for each core. They are announced under the kernel's names.
schedulers(Fifo) ->
    Own = [{Thread, Name} || {Thread, Name} <- threads(), re:run(Name, "^([0-9]+_sched|erts_sched)") =/= nomatch],
    [tell(Fifo, "carrier_started",
          [{"carrier", text(Name)}, {"pid", os:getpid()}, {"tid", Thread}, {"start_ticks", start_ticks(Thread)}])
     || {Thread, Name} <- Own],
    maps:from_list(Own).

threads() ->
    case file:list_dir("/proc/self/task") of
        {ok, Numbers} -> [{Thread, string:trim(read(Thread, "comm"))} || Thread <- Numbers];
        {error, _} -> []
    end.

read(Thread, File) ->
    case file:read_file("/proc/self/task/" ++ Thread ++ "/" ++ File) of
        {ok, Found} -> binary_to_list(Found);
        {error, _} -> ""
    end.

%% Field 22 of a thread's stat.
start_ticks(Thread) ->
    lists:nth(20, string:lexemes(lists:last(string:split(read(Thread, "stat"), ")", trailing)), " ")).

%% A thread's counters of time, opened beforehand: whoever opens files while it is timed is timed too.
meter(Thread, Name) ->
    {ok, File} = file:open("/proc/self/task/" ++ Thread ++ "/schedstat", [raw, read]),
    {Thread, Name, File}.

%% On-core time and run-queue delay of each kernel thread, in nanoseconds.
times(Meters) -> maps:from_list([{Thread, time_of(file:pread(File, 0, 128))} || {Thread, _, File} <- Meters]).

time_of({ok, Text}) ->
    [On, Wants, _] = [list_to_integer(Word) || Word <- string:lexemes(string:trim(Text), " ")],
    [On, Wants];
time_of(_) -> [0, 0].

%% Voluntary and involuntary switches of each kernel thread.
switches(Meters) ->
    maps:from_list([{Thread, [switches(Thread, "\nvoluntary"), switches(Thread, "\nnonvoluntary")]} || {Thread, _, _} <- Meters]).

switches(Thread, Key) ->
    case re:run(read(Thread, "status"), Key ++ "_ctxt_switches:\\s*([0-9]+)", [{capture, all_but_first, list}]) of
        {match, [Count]} -> list_to_integer(Count);
        nomatch -> 0
    end.

grown(Before, After) -> maps:map(fun(Thread, Last) -> lists:zipwith(fun(New, Old) -> New - Old end, Last, maps:get(Thread, Before)) end, After).

%% What each kernel thread did meanwhile. Those that were not announced and did nothing are left out.
give_account(Fifo, _, Grown, Started, Ended) when Grown =:= #{} ->
    carrier(Fifo, "scheduler", os:getpid(), account(Started, Ended, unknown)); % no /proc: what is not counted is null
give_account(Fifo, Names, Grown, Started, Ended) ->
    [carrier(Fifo, maps:get(Thread, Names, "thread " ++ Thread), Thread, account(Started, Ended, More))
     || {Thread, More} <- maps:to_list(Grown), maps:is_key(Thread, Names) orelse hd(More) > 0].

carrier(Fifo, Name, Thread, Account) ->
    tell(Fifo, "carrier_finished", [{"carrier", text(Name)}, {"pid", os:getpid()}, {"tid", Thread} | Account]).

account(Started, Ended, unknown) -> account(Started, Ended, ["null", "null", "null", "null"]);
account(Started, Ended, [On, Wants, Voluntary, Involuntary]) ->
    [{"started_ns", Started}, {"ended_ns", Ended}, {"on_core_ns", On}, {"wants_core_ns", Wants}, {"voluntary_switches", Voluntary},
     {"involuntary_switches", Involuntary}, {"migrations", "null"}, {"peak_rss_bytes", "null"}].

%% CLOCK_MONOTONIC in nanoseconds: Erlang's own monotonic time counts from another origin, and the source tells how far it is off.
now_ns() ->
    Own = erlang:monotonic_time(nanosecond),
    Offset = case get(offset) of
        undefined ->
            Source = maps:from_list(erlang:system_info(os_monotonic_time_source)),
            Found = maps:get(time, Source) - erlang:monotonic_time(nanosecond),
            put(offset, Found),
            Found;
        Known -> Known
    end,
    Own + Offset.

number(Name, Words) -> list_to_integer(maps:get(Name, Words, "0")).

text(Text) -> ["\"", Text, "\""].

%% One event: one line, in one write; by the wire itself, or handed to the process that has it.
tell(To, Kind, Fields) ->
    Members = [[",\"", Name, "\":", member(Value)] || {Name, Value} <- Fields],
    Line = iolist_to_binary(["{\"event\":\"", Kind, "\",\"at\":", integer_to_list(now_ns()), Members, "}\n"]),
    case is_pid(To) of
        true -> To ! {event, Line};
        false -> file:write(To, Line)
    end.

member(Value) when is_integer(Value) -> integer_to_list(Value);
member(Value) -> Value.
