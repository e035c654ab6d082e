// How a process gets into groups that another one has made: it is sent their `tasks` files and writes
// itself into them. In v1 the maker's write of a pid would cost a grace period of milliseconds; a v2 group
// has its processes from birth, and is never offered.
#ifndef JAIL_CGROUP_JOIN_H_
#define JAIL_CGROUP_JOIN_H_

#include "jail/cgroup/cgroup.h"
#include "jail/plan/raw_report.h"

namespace jail::cgroup {

// Sends what there is to join, and that there is no more.
int OfferGroups(int socket, const Cgroups& cgroups);

// Joins what `from` offers and passes it on to `to`, unless that is -1. ECANCELED: the offer broke off.
int JoinOffered(int from, int to, plan::Trace& trace);

}  // namespace jail::cgroup

#endif  // JAIL_CGROUP_JOIN_H_
