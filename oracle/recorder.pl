# The recorder: runs as the first process of a user-mode Linux and drives packet scripts through its kernel.
# Argument: a folder of the host, mounted at /tmp/share, with one file NAME.plan for each script; each is carried
# out in network namespaces of its own, all at the same time, into NAME.log. Perl, because every Debian has it.
#
# A plan is lines: `setup COMMAND`, `far COMMAND` (in the namespace of the far ends), `step`, `wait MILLISECONDS`,
# `send c|s HEX`, `run COMMAND`, `look`. What is seen is written as lines of its own kind, state as sections.
use strict;
use warnings;

use constant { SYS_clock_gettime => 228, SYS_unshare => 272, SYS_setns => 308, CLONE_NEWNET => 0x40000000 };
my @TABLES = qw(ip_vs_conn ip_vs nf_conntrack);
use constant { AF_PACKET => 17, SOCK_RAW => 3, SOCK_NONBLOCK => 0x800, ETH_P_ALL => 3 };

my ($share, $modules, $limit_s) = @ARGV;
$ENV{PATH} = '/usr/sbin:/usr/bin:/sbin:/bin';
$SIG{CHLD} = 'DEFAULT';
# Whoever started this kernel may be gone: it ends by itself all the same.
$SIG{ALRM} = \&power_off;
alarm($limit_s);
$| = 1;

run("mount -t proc proc /proc && mount -t sysfs sys /sys && mount -t tmpfs tmp /tmp && mount -t tmpfs run /run");
run("mkdir -p /tmp/modules/lib /tmp/share && ln -s $modules /tmp/modules/lib/modules");
run("mount -t hostfs none /tmp/share -o $share");
open(my $told, '>', '/tmp/share/kernel.log') or power_off();
$told->autoflush(1) if $told->can('autoflush');
open(STDERR, '>&', $told);
run("modprobe -d /tmp/modules -a nf_conntrack iptable_filter xt_conntrack ip_vs veth dummy af_packet");
run("modprobe -q -d /tmp/modules -a ip_vs_$_") for qw(rr wrr lc wlc sed nq sh dh mh fo ovf lblc lblcr twos);
print $told 'release ', first_line('/proc/sys/kernel/osrelease'), "\n";
for my $plan (sort glob '/tmp/share/*.plan') {
    my $pid = fork();
    if (defined $pid && $pid == 0) { alarm(0); eval { record($plan); 1 } or complain($plan, $@); exit 0 }
}
1 while wait() != -1;
print $told "done\n";
close $told;
power_off();

sub record {
    my ($plan) = @_;
    open(my $in, '<', $plan) or die "$plan: $!";
    (my $name = $plan) =~ s/\.plan$//;
    # Each namespace has tables of its own, so nobody needs to wait for another's iptables.
    $ENV{XTABLES_LOCKFILE} = "/run/xtables.$$.lock";
    open(my $log, '>', "$name.log") or die "$name.log: $!";
    select((select($log), $| = 1)[0]);
    namespace();
    my $far = here();
    my $holder = fork();
    if ($holder == 0) { sleep 1_000_000; exit 0 }
    namespace();
    my $near = here();
    my %socket;
    my $due = 0;
    while (my $line = <$in>) {
        chomp $line;
        my ($word, $rest) = split ' ', $line, 2;
        if ($word eq 'setup') { run(replaced($rest, $holder), $log) }
        elsif ($word eq 'far') { enter($far); run($rest, $log); enter($near) }
        elsif ($word eq 'open') {
            enter($far);
            %socket = map { $_ => raw("${_}1") } qw(c s);
            enter($near);
            drain(\%socket, undef, 300);
            $due = now();
        }
        elsif ($word eq 'step') { print $log "step $rest\n" }
        elsif ($word eq 'wait') { $due += $rest; drain(\%socket, $log, $due - now()) if $due > now(); $due = now() if $due < now() - 1000 }
        elsif ($word eq 'send') {
            my ($end, $hex) = split ' ', $rest;
            my $frame = pack('H*', $hex);
            settle();
            stamp($log, 'begin');
            syswrite($socket{$end}, $frame);
            pass();
            stamp($log, 'end');
            drain(\%socket, $log, 1);
        }
        elsif ($word eq 'run') {
            run($rest, $log);
            stamp($log, 'begin');
            # What the command sets off comes a jiffy or two later, and nobody knows when within it the kernel acted.
            drain(\%socket, $log, 50);
        }
        elsif ($word eq 'look') { look($log) }
        else { die "unknown word $word" }
    }
    print $log "done\n";
    close $log;
    kill 9, $holder;
}

# Away from the edge of a jiffy, so that the clock read before and after says which one the packet met.
sub settle {
    my $phase = now() * 1 - 10 * int(now() / 10);
    pause(11 - $phase) if $phase > 6;
    pause(1 - $phase) if $phase < 1;
}

# On a busy machine a packet may wait for the kernel's receive softirq: the 12th column is what waits.
sub pass {
    for (1 .. 1000) {
        my @columns = split ' ', first_line('/proc/net/softnet_stat');
        last if @columns < 12 || hex($columns[11]) == 0;
        pause(0.2);
    }
}

sub stamp {
    my ($log, $word) = @_;
    open(my $timers, '<', '/proc/timer_list') or die;
    my $jiffies = '';
    while (<$timers>) { if (/^jiffies: (\d+)/) { $jiffies = $1; last } }
    printf $log "%s %.6f %s\n", $word, now(), $jiffies;
}

# The tables are read one after the other: once they are all the same a second time, they belong to one instant.
sub look {
    my ($log) = @_;
    my ($seen, @tables);
    for (1 .. 8) {
        $seen = now();
        @tables = map { table($_) } @TABLES;
        my @again = map { table($_) } @TABLES;
        last if now() - $seen < 50 && timeless(@tables) eq timeless(@again);
    }
    printf $log "seen %.6f\n", $seen;
    for my $index (0 .. $#TABLES) {
        print $log "table $TABLES[$index]\n";
        print $log "| $_\n" for split /\n/, $tables[$index];
    }
}

# ip_vs_conn_array() counts the entries of all namespaces: what a second read goes on with may have shifted by then,
# so one read takes it all where that fits.
sub table {
    my ($name) = @_;
    open(my $in, '<', "/proc/self/net/$name") or return '';
    my $text = '';
    while (sysread($in, $text, 65536, length $text)) { last if length($text) % 4096 < 3800 }
    return $text;
}

sub timeless {
    my $text = join '', @_;
    $text =~ s/^(\S+ +\d+ +(?:tcp|udp) +\d+) \d+/$1/mg;
    $text =~ s/(TCP|UDP|IP) (.*\S) +\d+ *$/$1 $2/mg;
    return $text;
}

sub drain {
    my ($socket, $log, $milliseconds) = @_;
    my $until = now() + $milliseconds;
    while (1) {
        my $left = $until - now();
        my $ready = '';
        vec($ready, fileno $socket->{$_}, 1) = 1 for keys %$socket;
        my $found = select($ready, undef, undef, $left > 0 ? $left / 1000 : 0);
        for my $end (sort keys %$socket) {
            while (my $length = sysread($socket->{$end}, my $frame, 65536)) {
                print $log "frame $end ", unpack('H*', $frame), "\n" if $log && substr($frame, 12, 2) eq "\x08\0";
            }
        }
        last if $left <= 0;
    }
}

sub raw {
    my ($name) = @_;
    socket(my $socket, AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, unpack('S', pack('n', ETH_P_ALL))) or die "socket: $!";
    my ($index) = `ip -o link show $name` =~ /^(\d+):/ or die "no $name";
    bind($socket, pack('S n i S C C a8', AF_PACKET, ETH_P_ALL, $index, 0, 0, 0, '')) or die "bind: $!";
    return $socket;
}

sub namespace { syscall(SYS_unshare, CLONE_NEWNET) == 0 or die "unshare: $!" }
sub here { open(my $file, '<', '/proc/self/ns/net') or die; return $file }
sub enter { syscall(SYS_setns, fileno $_[0], CLONE_NEWNET) == 0 or die "setns: $!" }
sub now { my $time = "\0" x 16; syscall(SYS_clock_gettime, 1, $time); my ($s, $ns) = unpack 'q q', $time; return $s * 1000 + $ns / 1e6 }
sub pause { select(undef, undef, undef, $_[0] / 1000) }
sub replaced { my ($command, $holder) = @_; $command =~ s/\bFAR\b/$holder/g; return $command }

sub run {
    my ($command, $log) = @_;
    my $output = `$command 2>&1`;
    return if $? == 0;
    $output =~ s/\s+/ /g;
    print { $log // \*STDERR } "failed $command: $output\n";
}

sub first_line { open(my $in, '<', $_[0]) or return ''; my $line = <$in>; chomp $line; return $line }
sub complain { my ($plan, $why) = @_; print STDERR "failed $plan: $why\n" }

sub power_off {
    open(my $trigger, '>', '/proc/sysrq-trigger') or exit 1;
    print $trigger 'o';
    close $trigger;
    sleep 60;
}
