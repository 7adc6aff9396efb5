/**
 * Runs commands in a lab for whoever writes to its standard input: to start a process through an engine or through
 * namespaces takes fifty times as long as to start one from within. Perl is part of every Debian.
 *
 * A frame is the number of the command, a letter, the length of what follows (all in network byte order), and that. To
 * the agent: `s`tart (user, directory or nothing for home, number of variables, these, and the arguments, parted by NUL),
 * `i`nput, `c`lose the input, `k`ill the command with its session. From it: `o`utput, `e`rrors, why it could not be started
 * (`f`ailed), e`x`it status.
 */
export const AGENT = String.raw`
use strict;
use warnings;
no warnings 'exec';
use Fcntl;
use POSIX ();
# What a learner who looks at the processes sees.
$0 = 'waldojo';
$SIG{PIPE} = 'IGNORE';
my ($received, $fail, %command) = ('');

sub tell_of {
  my ($id, $kind, $bytes) = @_;
  my $frame = pack('NaN', $id, $kind, length $bytes) . $bytes;
  while (length $frame) {
    my $written = syswrite STDOUT, $frame;
    defined $written or $!{EINTR} or end();
    substr $frame, 0, $written // 0, '';
  }
}

sub start {
  my ($id, $what) = @_;
  my ($user, $directory, $variables, @arguments) = split /\0/, $what, -1;
  my %variable = map { split /=/, $_, 2 } splice @arguments, 0, $variables;
  # Closed by exec: what is said here was said before the command.
  pipe(my $in, my $input) && pipe(my $output, my $out) && pipe(my $errors, my $err) && pipe(my $failure, $fail)
    or return refuse($id, "no file can be opened in the lab: $!");
  my $pid = fork;
  # Without a process of its own, the command would take the place of this one.
  defined $pid or return refuse($id, "no other process can be started in the lab: $!");
  if (!$pid) {
    POSIX::dup2(fileno $in, 0);
    POSIX::dup2(fileno $out, 1);
    POSIX::dup2(fileno $err, 2);
    become($user, $directory, %variable);
    exec { $arguments[0] } @arguments;
    fail("$arguments[0]: $!") if $!{EAGAIN} || $!{ENOMEM};
    my $status = $!{ENOENT} ? 127 : 126;
    syswrite STDERR, "$arguments[0]: $!\n";
    POSIX::_exit($status);
  }
  undef $fail;
  fcntl $input, F_SETFL, O_NONBLOCK;
  $command{$id} = { pid => $pid, input => $input, waiting => '', o => $output, e => $errors, f => $failure };
}

sub become {
  my ($user, $directory, %variable) = @_;
  $SIG{PIPE} = 'DEFAULT';
  POSIX::setsid();
  my ($uid, $group, $home) = (getpwnam $user)[2, 3, 7];
  defined $uid or fail("There is no user $user in the lab.");
  my @groups = $group;
  while (my ($name, undef, $number, $members) = getgrent) {
    push @groups, $number if grep { $_ eq $user } split ' ', $members;
  }
  $) = "$group @groups";
  POSIX::setgid($group) and POSIX::setuid($uid) or fail("Cannot become $user: $!");
  %ENV = (PATH => $ENV{PATH}, LANG => 'en_US.UTF-8', HOME => $home, USER => $user, LOGNAME => $user, SHELL => '/bin/bash',
    %variable);
  $directory = $home if $directory eq '';
  # root goes on without a home: what looks into the lab does so as root.
  chdir $directory or ($uid == 0 && $directory eq $home && chdir '/') or fail("$directory: $!");
}

sub refuse {
  my ($id, $why) = @_;
  tell_of($id, 'f', $why);
  tell_of($id, 'x', 126);
}

sub fail {
  my ($why) = @_;
  syswrite $fail, $why;
  POSIX::_exit(126);
}

# What has left the session, as a daemon does, goes on, and keeps nobody waiting.
sub end_session {
  my ($one) = @_;
  for my $file (glob '/proc/[0-9]*/stat') {
    open my $stat, '<', $file or next;
    my ($pid, $session) = (<$stat> // '') =~ /^(\d+) \(.*\) \S+ \S+ \S+ (\d+)/s or next;
    kill KILL => $pid if $session == $one->{pid};
  }
  delete @$one{'o', 'e', 'f'};
}

sub end {
  end_session($_) for values %command;
  exit;
}

sub obey {
  my ($id, $kind, $bytes) = @_;
  return start($id, $bytes) if $kind eq 's';
  my $one = $command{$id} or return;
  $one->{waiting} .= $bytes if $kind eq 'i';
  $one->{closing} = 1 if $kind eq 'c';
  end_session($one) if $kind eq 'k';
}

sub feed {
  my ($one) = @_;
  my $written = syswrite $one->{input}, $one->{waiting};
  if (defined $written) { substr $one->{waiting}, 0, $written, '' }
  elsif (!$!{EAGAIN} && !$!{EINTR}) { delete $one->{input} }
}

sub pass_on {
  my ($id, $kind) = @_;
  my $got = sysread $command{$id}{$kind}, my $bytes, 65536;
  if ($got) { tell_of($id, $kind, $bytes) }
  elsif (defined $got || !$!{EINTR}) { delete $command{$id}{$kind} }
}

for (;;) {
  my ($read, $write) = ('', '');
  vec($read, 0, 1) = 1;
  # A command that has closed its output, and has not been seen to end.
  my $silent;
  for my $one (values %command) {
    delete $one->{input} if $one->{closing} && !length $one->{waiting};
    vec($read, fileno $_, 1) = 1 for grep { defined } @$one{'o', 'e', 'f'};
    $silent ||= !$one->{o} && !$one->{e} && !$one->{f};
    vec($write, fileno $one->{input}, 1) = 1 if $one->{input} && length $one->{waiting};
  }
  select($read, $write, undef, $silent ? 0.001 : undef) >= 0 or next;
  for my $id (keys %command) {
    my $one = $command{$id};
    feed($one) if $one->{input} && vec($write, fileno $one->{input}, 1);
    for my $kind ('o', 'e', 'f') {
      pass_on($id, $kind) if $one->{$kind} && vec($read, fileno $one->{$kind}, 1);
    }
    next if $one->{o} || $one->{e} || $one->{f};
    waitpid($one->{pid}, POSIX::WNOHANG()) > 0 or next;
    my $signal = $? & 127;
    tell_of($id, 'x', $signal ? 128 + $signal : $? >> 8);
    delete $command{$id};
  }
  if (vec $read, 0, 1) {
    sysread STDIN, $received, 65536, length $received or end();
    while (length $received >= 9) {
      my ($id, $kind, $length) = unpack 'NaN', $received;
      last if length $received < 9 + $length;
      obey($id, $kind, substr $received, 9, $length);
      substr $received, 0, 9 + $length, '';
    }
  }
}
`;
