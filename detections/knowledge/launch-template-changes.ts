import { said, texts } from '../../core/cloudtrail/said.ts';
import type { Knowledge } from '../../core/detection.ts';
import { templateChange } from '../../core/lineage.ts';
import { leaveTrace } from '../../core/state/trace.ts';

/** Who changed a launch template, where neither platform nor a controller did: looked for by what is launched from it. */
export const knowledge: Knowledge<'cloudtrail'> = {
  id: 'knowledge/launch-template-changes',
  on: 'cloudtrail',
  doc: 'Traces of unexpected changes of launch templates (name `changed-template#<account>#<name or id>`), half an hour a bucket.',
  when: {
    eventSource: 'ec2.amazonaws.com',
    eventName: ['CreateLaunchTemplateVersion', 'ModifyLaunchTemplate'],
    fact: {
      'call.outcome': 'succeeded',
      'principal.kind': [{ 'anything-but': ['controller', 'likely-controller', 'platform', 'service'] }],
    },
  },
  observe: view =>
    texts(view, 'launch.templates')
      .slice(0, 4)
      .map(template =>
        leaveTrace(
          templateChange.name(view.event.account, template.slice(0, 256)),
          { time: view.event.time, by: said(view, 'principal.id') },
          templateChange.within,
        ),
      ),
};
